#include "targets/cuda/tactics/conv/conv_epilogue.h"

#include <algorithm>
#include <cstring>

#include "base/error.h"
#include "targets/cuda/codegen/expression.h"
#include "targets/cuda/tactics/strides.h"

namespace tenfold::cuda {
namespace {

constexpr int kAxes = 5;  // kConvAxes of kernels/conv.cuh

bool contains(const std::string& reach, Reach r) { return reach.find(static_cast<char>(r)) != reach.npos; }

// Where extra k is read, in the terms of finish().
const char* offsetOf(char reach) {
  switch (static_cast<Reach>(reach)) {
    case Reach::kOne:
      return "0u";
    case Reach::kChannel:
      return "channel";
    case Reach::kFull:
      return "at";
    case Reach::kAny:
      break;
  }
  return nullptr;
}

// Loads of V elements of extra k into e<k>; the element i of it is named by the returned expression.
std::string loadExtra(size_t k, char reach, const char* memory) {
  if (const char* offset = offsetOf(reach))
    return fmt::format("  Vector<{0}, V> e{1} = readVector<{0}, V>(p.extras[{1}], {2}, {3}u);\n", memory, k,
                       offset, reach == static_cast<char>(Reach::kOne) ? 0 : 1);
  return fmt::format(
      "  Vector<{0}, V> e{1};\n  {{\n    const {0}* from = static_cast<const {0}*>(p.extras[{1}]) + "
      "extraOffset(p, {1}, position, channel);\n"
      "#pragma unroll\n    for (int i = 0; i < V; ++i) e{1}.at[i] = from[i * p.stride[{1}][1]];\n  }}\n",
      memory, k);
}

// Axis strides (batch, channels, depth, height, width) of an extra.
std::array<int32_t, kAxes> stridesOfExtra(const ConvNode& conv, size_t input, const TensorDesc& desc,
                                          const Shape& out) {
  std::array<int32_t, kAxes> strides{};
  if (conv.fused.inputs[input] == conv.bias()) {
    strides[1] = desc.shape.numel() == 1 ? 0 : 1;
    return strides;
  }
  Shape s = broadcastStridesOf(desc, out);
  for (int d = 0; d < out.rank(); ++d)
    strides[static_cast<size_t>(d < 2 ? d : d + kAxes - out.rank())] = static_cast<int32_t>(s[d]);
  return strides;
}

void requireReach(char reach, const TensorDesc& desc, const TensorDesc& out, int64_t channels) {
  int64_t n = desc.shape.numel();
  bool fits =
      reach == static_cast<char>(Reach::kAny) || (reach == static_cast<char>(Reach::kOne) && n == 1) ||
      (reach == static_cast<char>(Reach::kChannel) && n == channels) ||
      (reach == static_cast<char>(Reach::kFull) && desc.shape == out.shape && desc.layout == out.layout);
  if (!fits)
    fail(ErrorKind::kUnsupported, "an operand of shape {} beside a result {} was expected to vary as '{}'",
         desc.shape.str(), out.shape.str(), reach);
}

class ConvLaunch final : public Launch {
 public:
  ConvLaunch(ConvParams params, const void* weights, std::shared_ptr<const Module> module,
             const char* function)
      : params_(std::move(params)),
        weights_(weights),
        module_(std::move(module)),
        function_(module_->function(function)) {}
  void run(const LaunchArgs& args) override {
    launch(function_, params_.grid, params_.at(args, weights_), args.stream);
  }

 private:
  ConvParams params_;
  const void* weights_;
  std::shared_ptr<const Module> module_;
  CUfunction function_;
};

}  // namespace

std::string epilogueCode(const ConvNode& conv, const std::string& reach) {
  std::string loads, body, stores;
  Variables variables;
  const char* reg = registerType(conv.type());
  for (size_t k = 0; k < conv.extras.size(); ++k) {
    const Value* v = conv.fused.inputs[conv.extras[k]];
    loads += loadExtra(k, reach.at(k), memoryType(v->dtype));
    body += fmt::format("    {} x{} = Element<{}>::load(e{}.at[i]);\n", registerType(v->dtype), k,
                        memoryType(v->dtype), k);
    variables[v] = fmt::format("x{}", k);
  }
  const Value* result = conv.anchor().outputs[0];
  variables[result] = "s";
  body += conv.bias() ? fmt::format("    {} s = sum[i] + {};\n", reg, nameOf(conv.bias(), variables))
                      : fmt::format("    {} s = sum[i];\n", reg);
  body += emitPointwise(conv.fused.after, variables);
  std::string results;
  for (size_t k = 0; k < conv.outputs.size(); ++k) {
    const Value* v = conv.fused.outputs[conv.outputs[k]];
    results += fmt::format("  Vector<{}, V> y{};\n", memoryType(v->dtype), k);
    body +=
        fmt::format("    y{}.at[i] = Element<{}>::store({});\n", k, memoryType(v->dtype), variables.at(v));
    stores += fmt::format("  writeVector<{0}, V>(p.out[{1}], at, 1u, y{1});\n", memoryType(v->dtype), k);
  }
  std::string code = "#include \"common.cuh\"\n" + std::string(kMathInclude) + "#include \"conv.cuh\"\n" +
                     fmt::format("typedef ConvEpilogue<{}, {}> Epilogue;\n",
                                 std::max<size_t>(conv.extras.size(), 1), conv.outputs.size()) +
                     fmt::format(
                         "template <int V>\n__device__ __forceinline__ void finish(const Epilogue& p, u32 "
                         "at, u32 pixel, u32 "
                         "channel, const {} (&sum)[V]) {{\n",
                         reg);
  if (contains(reach, Reach::kAny)) code += "  ConvPosition position = positionOf(p, pixel);\n";
  return code + loads + results + "#pragma unroll\n  for (int i = 0; i < V; ++i) {\n" + body + "  }\n" +
         stores + "}\n";
}

ConvParams::ConvParams(const ConvNode& conv, const std::string& reach, const ConvShape& shape, Descs in,
                       Descs out)
    : conv_(conv) {
  const TensorDesc& first = out[conv.outputs.at(0)];
  size_t extras = std::max<size_t>(conv.extras.size(), 1);
  for (size_t i = 0; i < 2 + extras + conv.outputs.size(); ++i) append<const void*>(nullptr);
  for (size_t k = 0; k < extras; ++k) {
    std::array<int32_t, kAxes> strides{};
    if (k < conv.extras.size()) {
      const TensorDesc& desc = in[conv.extras[k]];
      requireReach(reach.at(k), desc, first, shape.groups * shape.filters);
      strides = stridesOfExtra(conv, conv.extras[k], desc, first.shape);
    }
    append(strides);
  }
  for (int64_t extent : shape.out) divisor(extent);
  bytes_ = words_.size() * sizeof(uint64_t);  // the epilogue is a structure of its own
}

void ConvParams::appendBytes(const void* data, size_t bytes) {
  words_.resize((bytes_ + bytes + sizeof(uint64_t) - 1) / sizeof(uint64_t));
  std::memcpy(reinterpret_cast<char*>(words_.data()) + bytes_, data, bytes);
  bytes_ += bytes;
}

void** ConvParams::at(const LaunchArgs& args, const void* weights) {
  size_t k = 0;
  auto set = [&](const void* address) {
    words_[k] = reinterpret_cast<uint64_t>(address);
    if (aligned_ && words_[k] % 16 != 0)
      fail("a tensor lies at address {:#x}; convolutions expect multiples of 16", words_[k]);
    ++k;
  };
  set(args.inputs[conv_.x]);
  set(weights ? weights : args.inputs[static_cast<size_t>(conv_.w)]);
  for (size_t i : conv_.extras) set(args.inputs[i]);
  if (conv_.extras.empty()) set(nullptr);
  for (size_t o : conv_.outputs) set(args.outputs[o]);
  parameters_[0] = words_.data();
  return parameters_;
}

std::unique_ptr<Launch> launchOf(ConvParams params, const void* weights, std::shared_ptr<const Module> module,
                                 const char* function) {
  return std::make_unique<ConvLaunch>(std::move(params), weights, std::move(module), function);
}

}  // namespace tenfold::cuda
