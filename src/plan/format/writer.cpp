#include <xxhash.h>

#include <cstring>

#include "base/error.h"
#include "base/large_pages.h"
#include "base/rounding.h"
#include "graph/ops/op_def.h"
#include "plan/format/file.h"
#include "plan/format/header.h"
#include "plan_generated.h"

namespace tenfold {
namespace {

using flatbuffers::Offset;

class Writer {
 public:
  std::vector<uint8_t> write(const Plan& plan) {
    builder_.Finish(planTable(plan));
    size_t bufferBytes = builder_.GetSize();
    size_t tensorsOffset = roundUp(sizeof(PlanHeader) + bufferBytes, kPlanPage);
    // Appended, not written into zeros: weights are hundreds of megabytes.
    std::vector<uint8_t> file;
    file.reserve(tensorsOffset + tensorBytes_);
    preferLargePages(file.data(), file.capacity());
    auto append = [&](size_t at, const void* data, size_t bytes) {
      file.resize(at);
      file.insert(file.end(), static_cast<const uint8_t*>(data), static_cast<const uint8_t*>(data) + bytes);
    };
    append(sizeof(PlanHeader), builder_.GetBufferPointer(), bufferBytes);
    for (const auto& [offset, tensor] : tensors_)
      append(tensorsOffset + offset, tensor.data(), tensor.bytes());
    file.resize(tensorsOffset + tensorBytes_);
    PlanHeader header{};
    std::memcpy(header.magic, kPlanMagic, sizeof kPlanMagic);
    header.formatVersion = kPlanFormatVersion;
    header.bufferBytes = bufferBytes;
    header.tensorsOffset = tensorsOffset;
    header.fileBytes = file.size();
    header.checksum = XXH3_64bits(file.data() + sizeof header, file.size() - sizeof header);
    header.headerChecksum = XXH3_64bits(&header, offsetof(PlanHeader, headerChecksum));
    std::memcpy(file.data(), &header, sizeof header);
    return file;
  }

 private:
  template <typename T, typename F>
  auto tables(const std::vector<T>& items, F make) {
    std::vector<decltype(make(items[0]))> offsets;
    offsets.reserve(items.size());
    for (const T& item : items) offsets.push_back(make(item));
    return builder_.CreateVector(offsets);
  }
  auto text(const std::string& s) { return builder_.CreateSharedString(s); }
  auto texts(const std::vector<std::string>& items) {
    return tables(items, [&](const std::string& s) { return Offset<flatbuffers::String>(text(s)); });
  }
  auto dims(const DimList& items) {
    return tables(items, [&](const Dim& d) { return Offset<flatbuffers::String>(text(d.key())); });
  }
  auto longs(const Shape& shape) {
    return builder_.CreateVector(std::vector<int64_t>(shape.begin(), shape.end()));
  }

  Offset<fb::Tensor> tensor(const Tensor& t) {
    if (!t.defined()) return 0;
    bool stored = t.data() != nullptr;
    uint64_t offset = tensorBytes_;
    if (stored) {
      tensors_.emplace_back(offset, t);
      tensorBytes_ = roundUp(tensorBytes_ + t.bytes(), kTensorAlignment);
    }
    return fb::CreateTensor(builder_, static_cast<uint8_t>(t.dtype()), longs(t.shape()), stored ? offset : 0,
                            stored);
  }

  Offset<fb::Attribute> attribute(const std::string& name, const Attribute& value) {
    auto nameText = text(name);
    Offset<flatbuffers::String> textValue;
    Offset<flatbuffers::Vector<int64_t>> integers;
    Offset<flatbuffers::Vector<double>> reals;
    Offset<flatbuffers::Vector<Offset<flatbuffers::String>>> textList;
    Offset<fb::Tensor> tensorValue;
    if (auto* s = std::get_if<std::string>(&value)) textValue = builder_.CreateString(*s);
    if (auto* v = std::get_if<std::vector<int64_t>>(&value)) integers = builder_.CreateVector(*v);
    if (auto* v = std::get_if<std::vector<double>>(&value)) reals = builder_.CreateVector(*v);
    if (auto* v = std::get_if<std::vector<std::string>>(&value)) textList = texts(*v);
    if (auto* t = std::get_if<Tensor>(&value)) tensorValue = tensor(*t);
    fb::AttributeBuilder b(builder_);
    b.add_name(nameText);
    b.add_kind(static_cast<uint8_t>(value.index()));
    if (auto* n = std::get_if<int64_t>(&value)) b.add_integer(*n);
    if (auto* n = std::get_if<double>(&value)) b.add_real(*n);
    if (!textValue.IsNull()) b.add_text(textValue);
    if (!integers.IsNull()) b.add_integers(integers);
    if (!reals.IsNull()) b.add_reals(reals);
    if (!textList.IsNull()) b.add_texts(textList);
    if (!tensorValue.IsNull()) b.add_tensor(tensorValue);
    return b.Finish();
  }

  Offset<fb::Value> value(const Value* v) {
    auto name = text(v->name);
    auto constant = tensor(v->constant);
    Offset<flatbuffers::Vector<Offset<flatbuffers::String>>> shape, contents;
    if (v->shape) shape = dims(*v->shape);
    if (v->contents) contents = dims(*v->contents);
    return fb::CreateValue(builder_, v->id, name, static_cast<uint8_t>(v->dtype),
                           static_cast<uint8_t>(v->layout), shape, contents, constant);
  }

  auto ids(const std::vector<Value*>& values) {
    std::vector<int> list;
    list.reserve(values.size());
    for (const Value* v : values) list.push_back(v ? v->id : -1);
    return builder_.CreateVector(list);
  }

  Offset<fb::Node> node(const Node* n) {
    auto op = text(n->op->name);
    auto name = text(n->name);
    std::vector<Offset<fb::Attribute>> attributes;
    for (const auto& [key, attr] : n->attrs.all()) attributes.push_back(attribute(key, attr));
    auto attrs = builder_.CreateVector(attributes);
    auto inputs = ids(n->inputs), outputs = ids(n->outputs);
    auto bodies = tables(n->bodies, [&](const std::unique_ptr<Graph>& g) { return graph(*g); });
    return fb::CreateNode(builder_, n->id, op, name, attrs, inputs, outputs, bodies);
  }

  Offset<fb::Graph> graph(const Graph& g) {
    auto name = text(g.name), scope = text(g.symbolScope);
    auto values = tables(g.values(), [&](const Value* v) { return value(v); });
    auto inputs = ids(g.inputs), outputs = ids(g.outputs);
    auto nodes = tables(g.nodes(), [&](const Node* n) { return node(n); });
    return fb::CreateGraph(builder_, name, scope, values, inputs, outputs, nodes);
  }

  // Times of a timing cache or of the cost model repeat, so that such builds give the same bytes.
  Offset<fb::Trial> trial(const Trial& t) {
    return fb::CreateTrial(builder_, text(t.tactic), text(t.config), t.seconds, t.measured, text(t.refusal));
  }

  Offset<fb::Variant> variant(const Variant& v) {
    auto tactic = text(v.compiled.tactic), config = text(v.compiled.config);
    auto blobs = tables(v.compiled.blobs, [&](const Tensor& t) { return tensor(t); });
    auto packed = builder_.CreateVector(v.compiled.packedInputs);
    auto trials = tables(v.trials, [&](const Trial& t) { return trial(t); });
    return fb::CreateVariant(builder_, v.least, v.most, tactic, config, blobs, packed, trials);
  }

  Offset<fb::Step> step(const Step& s) {
    auto tactic = text(s.compiled.tactic), config = text(s.compiled.config);
    auto blobs = tables(s.compiled.blobs, [&](const Tensor& t) { return tensor(t); });
    auto packed = builder_.CreateVector(s.compiled.packedInputs);
    auto trials = tables(s.trials, [&](const Trial& t) { return trial(t); });
    auto bodies = tables(s.bodies, [&](const std::unique_ptr<Plan>& p) { return planTable(*p); });
    auto variants = tables(s.variants, [&](const Variant& v) { return variant(v); });
    return fb::CreateStep(builder_, static_cast<uint8_t>(s.kind), tactic, config, blobs, packed, trials,
                          bodies, variants);
  }

  Offset<fb::Profile> profile(const Profile& p) {
    return fb::CreateProfile(
        builder_, tables(p.inputs, [&](const ProfileInput& i) {
          auto min = longs(i.min), opt = longs(i.opt), max = longs(i.max);
          auto minValues = builder_.CreateVector(i.minValues), optValues = builder_.CreateVector(i.optValues),
               maxValues = builder_.CreateVector(i.maxValues);
          return fb::CreateProfileInput(builder_, min, opt, max, minValues, optValues, maxValues);
        }));
  }

  Offset<fb::MemoryPlan> memory(const MemoryPlan& m) {
    std::vector<fb::Place> places;
    for (const Place& p : m.places) places.emplace_back(static_cast<int>(p.kind), p.index, p.offset);
    return fb::CreateMemoryPlan(builder_, builder_.CreateVectorOfStructs(places), m.arenaBytes, m.lowerBound,
                                m.bounded);
  }

  Offset<fb::Plan> planTable(const Plan& p) {
    auto name = text(p.name), target = text(p.target), device = text(p.device);
    auto graphTable = graph(*p.graph);
    auto steps = tables(p.steps, [&](const Step& s) { return step(s); });
    auto profiles = tables(p.profiles, [&](const Profile& x) { return profile(x); });
    auto memories = tables(p.memory, [&](const MemoryPlan& m) { return memory(m); });
    auto passes = tables(
        p.passes, [&](const PassSummary& r) { return fb::CreatePass(builder_, text(r.name), r.changes); });
    std::vector<Offset<fb::Fact>> facts;
    for (const auto& [key, fact] : p.facts) facts.push_back(fb::CreateFact(builder_, text(key), text(fact)));
    return fb::CreatePlan(builder_, name, target, device, graphTable, steps, profiles, memories, passes,
                          builder_.CreateVector(facts));
  }

  flatbuffers::FlatBufferBuilder builder_;
  std::vector<std::pair<uint64_t, Tensor>> tensors_;
  uint64_t tensorBytes_ = 0;
};

}  // namespace

std::vector<uint8_t> writePlan(const Plan& plan) { return Writer().write(plan); }

}  // namespace tenfold
