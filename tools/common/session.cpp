#include "common/session.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/error.h"
#include "base/mapped_file.h"
#include "frontend/onnx/importer.h"
#include "graph/ir/text.h"
#include "plan/format/file.h"
#include "plan/format/header.h"
#include "precision/error_budget.h"

namespace tenfold {
namespace {

constexpr int64_t kUnlimited = std::numeric_limits<int32_t>::max();

const Shape* requested(const std::map<std::string, Shape>& shapes, const std::string& name) {
  auto it = shapes.find(name);
  return it == shapes.end() ? nullptr : &it->second;
}

void requireInput(const Graph& graph, const std::string& name) {
  std::vector<std::string> names;
  for (const Value* v : graph.inputs) names.push_back(v->name);
  require(std::find(names.begin(), names.end(), name) != names.end(),
          "there is no input '{}'; the inputs are: {}", name, fmt::join(names, ", "));
}

// The plan's memory holds what its profile allows.
void requireInProfile(const Plan& plan, size_t input, const Shape& shape) {
  const ProfileInput& p = plan.profiles[0].inputs[input];
  if (shape.rank() != p.max.rank()) return;  // which the run names
  for (int d = 0; d < shape.rank(); ++d)
    require(p.min[d] <= shape[d] && shape[d] <= p.max[d],
            "input '{}': dimension {} is {}, the plan was built for {} to {}; build it with --minShapes and "
            "--maxShapes that include it",
            plan.graph->inputs[input]->name, d, shape[d], p.min[d], p.max[d]);
}

// Whether every shape that the inputs determine is possible at these extents.
bool fits(const Graph& graph, const DimBindings& bindings) {
  for (const Value* v : graph.values()) {
    if (!v->producer || !v->shape) continue;
    for (const Dim& d : *v->shape) {
      std::vector<std::string> used;
      d.collectSymbols(used);
      bool known =
          std::all_of(used.begin(), used.end(), [&](const std::string& n) { return bindings.count(n) != 0; });
      if (known && d.eval(bindings) <= 0) return false;
    }
  }
  for (const Node* node : graph.nodes())
    for (const auto& body : node->bodies)
      if (!fits(*body, bindings)) return false;
  return true;
}

// What to tune dynamic dimensions for where nobody said: one sample, and for all other dimensions the first
// of these extents that the network's windows fit into.
int64_t usualExtent(const Graph& graph) {
  constexpr int64_t kExtents[] = {128, 224, 640, 2048, 16384, 64, 32, 16, 8, 4, 2};
  for (int64_t extent : kExtents) {
    DimBindings bindings;
    for (const Value* v : graph.inputs)
      for (int d = 0; d < v->rank(); ++d)
        if ((*v->shape)[d].isSymbol()) bindings.try_emplace((*v->shape)[d].key(), d == 0 ? 1 : extent);
    if (fits(graph, bindings)) return extent;
  }
  return 1;
}

std::span<const uint8_t> asBytes(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()};
}

}  // namespace

Profile makeProfile(const Graph& graph, const ShapeRequest& request,
                    const std::map<std::string, Tensor>& samples) {
  Profile profile;
  for (const auto* shapes : {&request.min, &request.opt, &request.max})
    for (const auto& [name, shape] : *shapes) requireInput(graph, name);
  const int64_t usual = usualExtent(graph);
  for (const Value* v : graph.inputs) {
    require(v->shape.has_value(), "input '{}' has an unknown rank, which cannot be built", v->name);
    auto sample = samples.find(v->name);
    const Shape *min = requested(request.min, v->name), *opt = requested(request.opt, v->name),
                *max = requested(request.max, v->name);
    if (!opt) opt = max;
    ProfileInput p;
    for (int d = 0; d < v->rank(); ++d) {
      auto constant = (*v->shape)[d].tryConstant();
      auto from = [&](const Shape* shape, int64_t fallback) {
        if (!shape) return constant.value_or(fallback);
        require(shape->rank() == v->rank(), "input '{}' has {} dimensions, the shape given for it is {}",
                v->name, v->rank(), shape->str());
        require(!constant || (*shape)[d] == *constant,
                "dimension {} of input '{}' is {}, the shape given says {}", d, v->name, constant.value_or(0),
                (*shape)[d]);
        return (*shape)[d];
      };
      bool sampled = sample != samples.end() && sample->second.rank() == v->rank();
      int64_t optimum = from(opt, from(min, sampled ? sample->second.shape()[d] : d == 0 ? 1 : usual));
      p.opt.push_back(optimum);
      p.min.push_back(from(min, opt ? optimum : std::min<int64_t>(optimum, 1)));
      p.max.push_back(from(max, opt ? optimum : kUnlimited));
    }
    profile.inputs.push_back(p);
  }
  return profile;
}

bool isPlanFile(const std::string& path) {
  auto file = MappedFile::open(path);
  auto bytes = file->bytes();
  return bytes.size() >= sizeof kPlanMagic && std::equal(std::begin(kPlanMagic), std::end(kPlanMagic),
                                                         reinterpret_cast<const char*>(bytes.data()));
}

std::unique_ptr<Plan> buildModel(const std::string& path, Target& target, const ShapeRequest& request,
                                 const std::map<std::string, Tensor>& samples, BuildOptions options,
                                 double errorBudget) {
  ImportResult model = importOnnxFile(path);
  model.check();
  options.profiles.push_back(makeProfile(*model.graph, request, samples));
  if (errorBudget > 0) {
    BudgetOptions budget{options.lowPrecision, errorBudget, {}, options.profiles[0]};
    for (const Value* v : model.graph->inputs) {
      auto sample = samples.find(v->name);
      budget.inputs.push_back(sample == samples.end() ? Tensor() : sample->second);
    }
    fmt::print(stderr, "{}\n", holdErrorBudget(*model.graph, target, budget).text());
  }
  return buildPlan(std::move(model.graph), target, std::move(options));
}

std::unique_ptr<Plan> loadPlan(const std::string& path) {
  auto file = MappedFile::open(path);
  return readPlan(asBytes(file->bytes()), file);
}

std::vector<Tensor> completeInputs(const Plan& plan, const std::map<std::string, Tensor>& given,
                                   const std::map<std::string, Shape>& shapes) {
  std::vector<Tensor> inputs;
  for (const auto& [name, tensor] : given) requireInput(*plan.graph, name);
  for (const auto& [name, shape] : shapes) requireInput(*plan.graph, name);
  for (size_t i = 0; i < plan.graph->inputs.size(); ++i) {
    const Value& v = *plan.graph->inputs[i];
    auto it = given.find(v.name);
    if (it != given.end()) {
      const Tensor& t = it->second;
      require(t.dtype() == v.dtype, "input '{}' must be {}, the array given is {}", v.name, typeName(v.dtype),
              typeName(t.dtype()));
      inputs.push_back(t);
      continue;
    }
    bool isIndex = isInteger(v.dtype);
    const Shape* wanted = requested(shapes, v.name);
    const Shape& shape = wanted ? *wanted : plan.profiles[0].inputs[i].opt;
    inputs.push_back(isIndex ? randomTensor(v.dtype, shape, i + 1, 0, 1)
                             : randomTensor(v.dtype, shape, i + 1));
  }
  for (size_t i = 0; i < inputs.size(); ++i) requireInProfile(plan, i, inputs[i].shape());
  return inputs;
}

}  // namespace tenfold
