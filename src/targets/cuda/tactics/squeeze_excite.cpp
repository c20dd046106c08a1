#include <algorithm>
#include <cstdio>

#include "base/error.h"
#include "base/rounding.h"
#include "graph/ops/op_def.h"
#include "targets/cuda/codegen/expression.h"
#include "targets/cuda/tactics/generated.h"
#include "targets/cuda/tactics/product_shape.h"
#include "targets/cuda/tactics/strides.h"
#include "targets/cuda/tactics/tactics.h"
#include "targets/fused_node.h"

namespace tenfold::cuda {
namespace {

constexpr const char* kFunction = "excite";
constexpr std::string_view kAnchors[] = {"GlobalAveragePool"};
constexpr int kParts[] = {1, 2, 4, 8};
constexpr int64_t kMostThreads = 512, kWarp = 32;  // of kernels/squeeze_excite.cuh

[[noreturn]] void refuse(const char* why) { fail(ErrorKind::kUnsupported, "{}", why); }

// A 1x1 convolution of one pixel, and the pointwise nodes behind it.
struct Product {
  const Node* conv = nullptr;
  size_t weights = 0;  // inputs of the node
  int bias = -1;       // -1: there is none
  Shape shape;         // of the weights
  std::vector<const Node*> after;

  const Value* result() const { return (after.empty() ? conv : after.back())->outputs[0]; }
};

// A mean and two products that follow one another.
struct ExciteNode {
  explicit ExciteNode(const Node& node) : fused(node, kAnchors) {
    if (!fused.anchor || !fused.before.empty()) refuse("it does not begin with one GlobalAveragePool");
    image = inputOf(fused.anchor->inputs[0]);
    type = fused.anchor->inputs[0]->dtype;
    if (!isFloat(type) || typeBits(type) > 32 || typeBits(type) < 16) refuse("elements of another type");
    for (const Node* n : fused.after) n->is("Conv") ? addProduct(*n) : addPointwise(*n);
    if (products.size() != 2) refuse("there are not two products behind the mean");
    if (fused.outputs.size() != 1 || fused.outputs[0] != products[1].result())
      refuse("something else than the last result is wanted");
    if (products[1].shape[1] != squeezed()) refuse("the products do not fit");
    if (channels() % width() != 0) refuse("channels do not fill vectors");
  }

  int64_t channels() const { return products[0].shape[1]; }
  int64_t squeezed() const { return products[0].shape[0]; }
  int64_t factors() const { return products[1].shape[0]; }
  int64_t width() const { return 128 / typeBits(type); }  // of a vector

  FusedNode fused;
  size_t image = 0;
  DataType type;
  std::vector<Product> products;

 private:
  size_t inputOf(const Value* v) const {
    int index = fused.inputIndex(v);
    if (index < 0) refuse("an operand is no input of the region");
    return static_cast<size_t>(index);
  }
  const Value* last() const { return products.empty() ? fused.anchor->outputs[0] : products.back().result(); }

  void addProduct(const Node& conv) {
    Product p{&conv, inputOf(conv.inputs[1])};
    if (conv.hasInput(2)) p.bias = static_cast<int>(inputOf(conv.inputs[2]));
    std::optional<Shape> shape;
    if (conv.inputs[1]->shape) shape = constantShape(*conv.inputs[1]->shape);
    if (conv.inputs[0] != last() || !shape) refuse("a product of something else");
    if (std::string why = refusesPointwiseConv(conv, *shape); !why.empty()) refuse(why.c_str());
    p.shape = *shape;
    products.push_back(std::move(p));
  }

  void addPointwise(const Node& n) {
    if (products.empty() || !n.op->pointwise) refuse("something else follows the mean");
    if (std::string why = refusesExpression(n); !why.empty()) refuse(why.c_str());
    products.back().after.push_back(&n);
  }
};

struct ExciteParams {
  const void *image, *weights[2][2];  // as in the kernel: weights and bias of each product
  void* factors;
  uint32_t pixels;
};

int partsOf(const std::string& config) {
  int parts = 0;
  bool known = std::sscanf(config.c_str(), "p%d", &parts) == 1 &&
               std::find(std::begin(kParts), std::end(kParts), parts) != std::end(kParts);
  if (!known) fail(ErrorKind::kInvalidPlan, "squeeze-excite has no configuration '{}'", config);
  return parts;
}

void requireShapes(const ExciteNode& node, Descs in, Descs out) {
  requireSmall(in);
  const TensorDesc& image = in[node.image];
  if (image.layout != Layout::kChannelsLast) refuse("channels-last layout is expected");
  if (image.shape.rank() < 3 || image.shape[1] != node.channels() ||
      out[0].shape.numel() != image.shape[0] * node.factors())
    refuse("image, weights and result do not fit");
}

class ExciteLaunch final : public Launch {
 public:
  ExciteLaunch(const ExciteNode& node, int parts, std::shared_ptr<const Module> module, Descs in, Descs out)
      : node_(node), module_(std::move(module)) {
    requireShapes(node, in, out);
    const Shape& image = in[node.image].shape;
    params_.pixels = static_cast<uint32_t>(image.numel(2, image.rank()));
    int64_t across = std::min(node.channels() / node.width(), kMostThreads);
    grid_.threads = static_cast<unsigned>(roundUp(kMostThreads / across * across, kWarp));
    grid_.blocks = {static_cast<unsigned>(image[0]), static_cast<unsigned>(parts), 1};
    function_ = module_->function(kFunction);
  }

  void run(const LaunchArgs& args) override {
    if (grid_.blocks[0] == 0) return;
    params_.image = args.inputs[node_.image];
    for (size_t i = 0; i < 2; ++i) {
      const Product& p = node_.products[i];
      params_.weights[i][0] = args.inputs[p.weights];
      params_.weights[i][1] = p.bias < 0 ? nullptr : args.inputs[p.bias];
    }
    params_.factors = args.outputs[0];
    auto isAligned = [](const void* memory) { return reinterpret_cast<uintptr_t>(memory) % 16 == 0; };
    if (!isAligned(params_.image) || !isAligned(params_.weights[0][0]))
      fail("an image or weights do not begin at a multiple of 16 bytes");
    void* parameters[] = {&params_};
    launch(function_, grid_, parameters, args.stream);
  }

 private:
  const ExciteNode& node_;
  std::shared_ptr<const Module> module_;
  ExciteParams params_{};
  CUfunction function_ = nullptr;
  Grid grid_;
};

// What follows the products, as a function of one element each.
std::string activationCode(const ExciteNode& node) {
  std::string code = "struct Code {\n";
  constexpr const char* kNames[] = {"squeezed", "excited"};
  for (size_t i = 0; i < 2; ++i) {
    const Product& p = node.products[i];
    if (p.result()->dtype != node.type) refuse("a result of another type");
    Variables variables{{p.conv->outputs[0], "product"}};
    std::string body = emitPointwise(p.after, variables);
    code += fmt::format(
        "  static __device__ __forceinline__ float {}(float product) {{\n{}    return {};\n  }}\n", kNames[i],
        body, nameOf(p.result(), variables));
  }
  return code + "};\n";
}

std::string refuses(const Device&, const Node& node, const TuningHint& hint) {
  return reasonOf([&] {
    if (!hint.knownRanks) refuse("the ranks are not known");
    ExciteNode parsed(node);
    activationCode(parsed);
    requireShapes(parsed, hint.inputs, hint.outputs);
  });
}

std::vector<Candidate> candidates(const Device& device, const Node& node, const TuningHint& hint) {
  ExciteNode parsed(node);
  // Loads and products of one image follow one another; parts wait for one another three times.
  constexpr double kLatency = 2e-6, kMeeting = 4e-7;
  const auto images = static_cast<double>(hint.inputs[parsed.image].shape[0]);
  std::vector<Candidate> found;
  for (int parts : kParts) {
    if (parts > 1 && device.major < 9) continue;
    double busy = std::min(1.0, images * parts / device.multiprocessors);
    double seconds = bytesMoved(hint) / (0.8 * device.bandwidth * std::max(busy, 1e-3));
    found.push_back({fmt::format("p{}", parts),
                     seconds + kLatency + (parts > 1 ? 3 * kMeeting : 0) + device.launchSeconds});
  }
  keepCheapest(found);
  return found;
}

std::string generate(const Node& node, const std::string& config, const TuningHint&) {
  ExciteNode parsed(node);
  return fmt::format(
      "#include \"squeeze_excite.cuh\"\n{}typedef ExciteConfig<{}, {}, {}, {}, {}> C;\n"
      "extern \"C\" __global__ void __launch_bounds__(C::kThreads){} {}(const __grid_constant__ Excite p) "
      "{{\n  squeezeExcite<C, Code>(p);\n}}\n",
      activationCode(parsed), memoryType(parsed.type), parsed.channels(), parsed.squeezed(), parsed.factors(),
      partsOf(config), partsOf(config) > 1 ? fmt::format(" __cluster_dims__(1, {}, 1)", partsOf(config)) : "",
      kFunction);
}

std::unique_ptr<Kernel> makeKernel(KernelParts parts) {
  return kernelOf([node = ExciteNode(parts.node), count = partsOf(parts.config),
                   module = std::move(parts.module)](Descs inputs, Descs outputs) {
    return std::make_unique<ExciteLaunch>(node, count, module, inputs, outputs);
  });
}

}  // namespace

const GeneratedFamily kSqueezeExcite{"squeeze-excite", refuses, candidates, generate, makeKernel};

}  // namespace tenfold::cuda
