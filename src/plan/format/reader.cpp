#include <xxhash.h>

#include <cstring>

#include "base/error.h"
#include "graph/ir/restore.h"
#include "graph/ir/verify.h"
#include "plan/format/file.h"
#include "plan/format/header.h"
#include "plan_generated.h"

namespace tenfold {
namespace {

template <typename... Args>
[[noreturn]] void refuse(fmt::format_string<Args...> format, Args&&... args) {
  fail(ErrorKind::kInvalidPlan, "the plan cannot be used: {}",
       fmt::format(format, std::forward<Args>(args)...));
}

PlanHeader checkedHeader(std::span<const uint8_t> bytes) {
  PlanHeader header;
  if (bytes.size() < sizeof header) refuse("it has {} bytes only; was it written completely?", bytes.size());
  std::memcpy(&header, bytes.data(), sizeof header);
  if (std::memcmp(header.magic, kPlanMagic, sizeof kPlanMagic) != 0)
    refuse(
        "it is not a Tenfold plan (an engine of another program cannot be read; build one from the model)");
  if (header.formatVersion != kPlanFormatVersion)
    refuse("its format is version {}, this library reads version {}; build the plan again with this library",
           header.formatVersion, kPlanFormatVersion);
  if (header.headerChecksum != XXH3_64bits(&header, offsetof(PlanHeader, headerChecksum)))
    refuse("its header was altered");
  if (header.fileBytes > bytes.size())
    refuse("it should have {} bytes and has {}; was it written completely?", header.fileBytes, bytes.size());
  if (header.tensorsOffset % kPlanPage != 0 || header.tensorsOffset < sizeof header ||
      header.tensorsOffset > header.fileBytes || header.bufferBytes > header.tensorsOffset - sizeof header)
    refuse("its parts do not fit together");
  if (header.checksum != XXH3_64bits(bytes.data() + sizeof header, header.fileBytes - sizeof header))
    refuse("its checksum differs: it was altered or damaged after it was written");
  return header;
}

std::string textOf(const flatbuffers::String* s) { return s ? s->str() : std::string(); }

// The verifier looks at where a vector's length lies, not at where its elements do.
void checkAligned(const auto& vector, size_t alignment) {
  if (vector.size() > 0 && reinterpret_cast<uintptr_t>(vector.Data()) % alignment != 0)
    refuse("its tables are damaged");
}

template <typename T>
std::vector<T> listOf(const flatbuffers::Vector<T>* v) {
  if (!v) return {};
  checkAligned(*v, alignof(T));
  return std::vector<T>(v->begin(), v->end());
}

template <typename T, typename F>
void forEach(const flatbuffers::Vector<flatbuffers::Offset<T>>* v, F visit) {
  if (!v) return;
  for (const T* item : *v) visit(*item);
}

DataType typeOfCode(uint8_t code) {
  if (code >= kDataTypeCount) refuse("element type {} does not exist", code);
  return static_cast<DataType>(code);
}

Layout layoutOfCode(uint8_t code) {
  if (code > static_cast<uint8_t>(Layout::kChannelsLast)) refuse("layout {} does not exist", code);
  return static_cast<Layout>(code);
}

class Reader {
 public:
  Reader(std::span<const uint8_t> tensors, std::shared_ptr<const void> owner)
      : tensors_(tensors), owner_(std::move(owner)) {}

  std::unique_ptr<Plan> plan(const fb::Plan& table) {
    auto plan = std::make_unique<Plan>();
    plan->name = textOf(table.name());
    plan->target = textOf(table.target());
    plan->device = textOf(table.device());
    if (!table.graph()) refuse("it has no graph");
    plan->graph = graph(*table.graph());
    verify(*plan->graph);
    forEach(table.steps(), [&](const fb::Step& s) { plan->steps.push_back(step(s)); });
    if (plan->steps.size() != plan->graph->nodes().size())
      refuse("it has {} steps for {} nodes", plan->steps.size(), plan->graph->nodes().size());
    for (size_t i = 0; i < plan->steps.size(); ++i) attach(plan->steps[i], plan->graph->nodes()[i]);
    forEach(table.profiles(),
            [&](const fb::Profile& p) { plan->profiles.push_back(profile(p, *plan->graph)); });
    forEach(table.memory(),
            [&](const fb::MemoryPlan& m) { plan->memory.push_back(memory(m, *plan->graph)); });
    forEach(table.passes(), [&](const fb::Pass& p) {
      plan->passes.push_back({textOf(p.name()), p.changes()});
    });
    forEach(table.facts(), [&](const fb::Fact& f) { plan->facts[textOf(f.name())] = textOf(f.value()); });
    return plan;
  }

 private:
  static Shape shape(const flatbuffers::Vector<int64_t>* dims) {
    std::vector<int64_t> list = listOf(dims);
    return Shape(list.begin(), list.end());
  }

  Tensor tensor(const fb::Tensor* table) {
    if (!table) return {};
    DataType type = typeOfCode(table->dtype());
    if (type == DataType::kUndefined) refuse("a tensor has no element type");
    Shape dims = shape(table->shape());
    int64_t elements = 1;
    for (int64_t d : dims)
      if (d < 0 || __builtin_mul_overflow(elements, d, &elements))
        refuse("a tensor has the impossible shape {}", dims.str());
    if (elements > INT64_MAX / 128) refuse("a tensor has the impossible shape {}", dims.str());
    if (!table->stored()) return Tensor(type, dims, nullptr);
    size_t bytes = typeBytes(type, elements);
    if (table->offset() % kTensorAlignment != 0 || table->offset() > tensors_.size() ||
        bytes > tensors_.size() - table->offset())
      refuse("a tensor of shape {} lies outside the file", dims.str());
    return Tensor(type, dims, const_cast<uint8_t*>(tensors_.data() + table->offset()), owner_);
  }

  Attribute attribute(const fb::Attribute& a) {
    switch (a.kind()) {
      case 0:
        return a.integer();
      case 1:
        return a.real();
      case 2:
        return textOf(a.text());
      case 3:
        return listOf(a.integers());
      case 4:
        return listOf(a.reals());
      case 5:
        return textList(a.texts());
      case 6:
        return tensor(a.tensor());
      default:
        refuse("attribute '{}' is of unknown kind {}", textOf(a.name()), a.kind());
    }
  }

  static std::vector<std::string> textList(
      const flatbuffers::Vector<flatbuffers::Offset<flatbuffers::String>>* v) {
    std::vector<std::string> list;
    forEach(v, [&](const flatbuffers::String& s) { list.push_back(s.str()); });
    return list;
  }

  static DimList dims(const flatbuffers::Vector<flatbuffers::Offset<flatbuffers::String>>* v) {
    DimList list;
    forEach(v, [&](const flatbuffers::String& s) { list.push_back(Dim::parse(s.str())); });
    return list;
  }

  void value(GraphRestorer& restorer, const fb::Value& table) {
    Value* v = restorer.addValue(table.id());
    v->name = textOf(table.name());
    v->dtype = typeOfCode(table.dtype());
    v->layout = layoutOfCode(table.layout());
    if (table.shape()) v->shape = dims(table.shape());
    if (table.contents()) v->contents = dims(table.contents());
    v->constant = tensor(table.constant());
  }

  std::unique_ptr<Graph> graph(const fb::Graph& table) {
    if (++depth_ > 32) refuse("its bodies are nested too deeply");
    auto g = std::make_unique<Graph>();
    g->name = textOf(table.name());
    g->symbolScope = textOf(table.scope());
    GraphRestorer restorer(*g);
    forEach(table.values(), [&](const fb::Value& v) { value(restorer, v); });
    for (int id : listOf(table.inputs())) g->inputs.push_back(restorer.value(id));
    forEach(table.nodes(), [&](const fb::Node& n) {
      Node* node = restorer.addNode(n.id(), textOf(n.op()), listOf(n.inputs()), listOf(n.outputs()));
      node->name = textOf(n.name());
      forEach(n.attributes(),
              [&](const fb::Attribute& a) { node->attrs.set(textOf(a.name()), attribute(a)); });
      forEach(n.bodies(), [&](const fb::Graph& b) { node->bodies.push_back(graph(b)); });
    });
    for (int id : listOf(table.outputs())) g->outputs.push_back(restorer.value(id));
    --depth_;
    return g;
  }

  // Of a step or of one of its variants.
  template <typename Table>
  CompiledKernel compiled(const Table& table) {
    CompiledKernel kernel{textOf(table.tactic()), textOf(table.config()), {}, listOf(table.packed_inputs())};
    forEach(table.blobs(), [&](const fb::Tensor& t) { kernel.blobs.push_back(tensor(&t)); });
    return kernel;
  }

  static std::vector<Trial> trials(const flatbuffers::Vector<flatbuffers::Offset<fb::Trial>>* list) {
    std::vector<Trial> trials;
    forEach(list, [&](const fb::Trial& t) {
      trials.push_back(
          {textOf(t.tactic()), textOf(t.config()), t.seconds(), t.measured(), textOf(t.refusal())});
    });
    return trials;
  }

  void variant(const fb::Variant& table, Step& s) {
    if (s.kind != StepKind::kLaunch || table.least() > table.most() ||
        (!s.variants.empty() && table.least() <= s.variants.back().most))
      refuse("a step's variants do not go together");
    s.variants.push_back({table.least(), table.most(), compiled(table), trials(table.trials())});
  }

  Step step(const fb::Step& table) {
    Step s;
    if (table.kind() > static_cast<uint8_t>(StepKind::kControl))
      refuse("step kind {} does not exist", table.kind());
    s.kind = static_cast<StepKind>(table.kind());
    s.compiled = compiled(table);
    s.trials = trials(table.trials());
    forEach(table.bodies(), [&](const fb::Plan& p) { s.bodies.push_back(plan(p)); });
    forEach(table.variants(), [&](const fb::Variant& v) { variant(v, s); });
    return s;
  }

  static void attach(Step& step, Node* node) {
    step.node = node;
    if (step.kind == StepKind::kAlias && (!node->input(0) || !node->output()))
      refuse("node '{}' is no alias", node->name);
    if (step.kind == StepKind::kControl && step.bodies.size() != node->bodies.size())
      refuse("node '{}' has {} bodies, its step has {}", node->name, node->bodies.size(), step.bodies.size());
  }

  static Profile profile(const fb::Profile& table, const Graph& graph) {
    Profile p;
    forEach(table.inputs(), [&](const fb::ProfileInput& i) {
      p.inputs.push_back({shape(i.min()), shape(i.opt()), shape(i.max()), listOf(i.min_values()),
                          listOf(i.opt_values()), listOf(i.max_values())});
    });
    if (p.inputs.size() != graph.inputs.size()) refuse("a profile does not describe every input");
    return p;
  }

  static MemoryPlan memory(const fb::MemoryPlan& table, const Graph& graph) {
    MemoryPlan m;
    m.arenaBytes = table.arena_bytes();
    m.lowerBound = table.lower_bound();
    m.bounded = table.bounded();
    if (m.arenaBytes < 0) refuse("its memory has {} bytes", m.arenaBytes);
    if (!m.bounded) return m;
    if (table.places()) {
      checkAligned(*table.places(), alignof(fb::Place));
      for (const fb::Place* p : *table.places()) {
        bool known = p->kind() >= 0 && p->kind() <= static_cast<int>(PlaceKind::kDynamic);
        if (!known || p->offset() < 0 || p->offset() > m.arenaBytes)
          refuse("a value lies outside its memory");
        m.places.push_back({static_cast<PlaceKind>(p->kind()), p->index(), p->offset()});
      }
    }
    for (const Value* v : graph.values())
      if (v->id >= static_cast<int>(m.places.size())) refuse("a value has no place");
    for (const Place& p : m.places) checkIndex(p, m, graph);
    return m;
  }

  static void checkIndex(const Place& p, const MemoryPlan& m, const Graph& graph) {
    size_t limit = p.kind == PlaceKind::kInput    ? graph.inputs.size()
                   : p.kind == PlaceKind::kOutput ? graph.outputs.size()
                   : p.kind == PlaceKind::kAlias  ? m.places.size()
                                                  : SIZE_MAX;
    if (limit != SIZE_MAX && (p.index < 0 || static_cast<size_t>(p.index) >= limit))
      refuse("a value's place does not exist");
    if (p.kind == PlaceKind::kAlias && m.places[static_cast<size_t>(p.index)].kind == PlaceKind::kAlias)
      refuse("a value lies where another does that has no place of its own");
  }

  std::span<const uint8_t> tensors_;
  std::shared_ptr<const void> owner_;
  int depth_ = 0;
};

}  // namespace

std::unique_ptr<Plan> readPlan(std::span<const uint8_t> bytes, std::shared_ptr<const void> owner) {
  PlanHeader header = checkedHeader(bytes);
  const uint8_t* buffer = bytes.data() + sizeof header;
  flatbuffers::Verifier verifier(buffer, header.bufferBytes, 64, 50'000'000);
  if (!verifier.VerifyBuffer<fb::Plan>(nullptr)) refuse("its tables are damaged");
  std::span<const uint8_t> tensors =
      bytes.subspan(header.tensorsOffset, header.fileBytes - header.tensorsOffset);
  try {
    return Reader(tensors, std::move(owner)).plan(*flatbuffers::GetRoot<fb::Plan>(buffer));
  } catch (const Error& e) {
    if (e.kind() == ErrorKind::kInvalidPlan) throw;
    refuse("{}", e.what());
  }
}

std::unique_ptr<Plan> readPlanCopy(std::span<const uint8_t> bytes) {
  PlanHeader header = checkedHeader(bytes);
  Tensor copy(DataType::kUInt8, Shape{static_cast<int64_t>(header.fileBytes)});
  std::memcpy(copy.data(), bytes.data(), header.fileBytes);
  auto owner = std::make_shared<Tensor>(copy);
  return readPlan({copy.as<uint8_t>(), header.fileBytes}, owner);
}

}  // namespace tenfold
