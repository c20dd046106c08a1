#include "targets/cuda/tactics/recurrent/cell.h"

#include <cctype>
#include <cmath>

#include "base/error.h"

namespace tenfold::cuda {
namespace {

// {0}: the first parameter, {1}: the second; NaN: the function has none.
struct FunctionRow {
  const char *name, *expression;
  double alpha, beta;
};
const double kNone = std::nan("");
const FunctionRow kFunctions[] = {
    {"relu", "x < Real(0) ? Real(0) : x", kNone, kNone},
    {"tanh", "tanh(x)", kNone, kNone},
    {"sigmoid", "math::sigmoid<Real>(x)", kNone, kNone},
    {"affine", "Real({0}) * x + Real({1})", 1, 0},
    {"leakyrelu", "x < Real(0) ? Real({0}) * x : x", 0.01, kNone},
    {"thresholdedrelu", "x >= Real({0}) ? x : Real(0)", 1, kNone},
    {"scaledtanh", "Real({0}) * tanh(Real({1}) * x)", 1, 1},
    {"hardsigmoid", "math::clamp<Real>(Real({0}) * x + Real({1}), Real(0), Real(1))", 0.2, 0.5},
    {"elu", "x < Real(0) ? Real({0}) * expm1(x) : x", 1, kNone},
    {"softsign", "x / (Real(1) + fabs(x))", kNone, kNone},
    {"softplus", "math::softplus<Real>(x)", kNone, kNone},
};

struct KindRow {
  const char* op;
  CellKind kind;
  int gates;
  std::vector<std::string> functions;
};
const KindRow kKinds[] = {{"LSTM", CellKind::kLstm, 4, {"sigmoid", "tanh", "tanh"}},
                          {"GRU", CellKind::kGru, 3, {"sigmoid", "tanh"}},
                          {"RNN", CellKind::kRnn, 1, {"tanh"}}};

const KindRow& kindOf(const Node& node) {
  for (const KindRow& row : kKinds)
    if (node.is(row.op)) return row;
  fail(ErrorKind::kUnsupported, "is no recurrent network");
}

const FunctionRow& functionOf(std::string name) {
  for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  for (const FunctionRow& row : kFunctions)
    if (name == row.name) return row;
  fail(ErrorKind::kUnsupported, "the activation '{}' is not known", name);
}

// Parameters are listed for those functions only that have one.
double parameter(const std::vector<double>& values, size_t& next, double fallback) {
  if (std::isnan(fallback)) return 0;
  return next < values.size() ? values[next++] : fallback;
}

std::string activations(const Node& node, const std::vector<std::string>& defaults, int directions) {
  std::vector<std::string> names = node.attrs.texts("activations");
  std::vector<double> alphas = node.attrs.reals("activation_alpha"),
                      betas = node.attrs.reals("activation_beta");
  size_t nextAlpha = 0, nextBeta = 0;
  std::string code =
      "  static __device__ __forceinline__ Real activate(i32 direction, i32 function, Real x) {\n"
      "    switch (direction * 3 + function) {\n";
  for (size_t i = 0; i < defaults.size() * static_cast<size_t>(directions); ++i) {
    const FunctionRow& row = functionOf(i < names.size() ? names[i] : defaults[i % defaults.size()]);
    double a = parameter(alphas, nextAlpha, row.alpha), b = parameter(betas, nextBeta, row.beta);
    code += fmt::format(
        "      case {}: return {};\n", i / defaults.size() * 3 + i % defaults.size(),
        fmt::format(fmt::runtime(row.expression), fmt::format("{:.17g}", a), fmt::format("{:.17g}", b)));
  }
  return code + "    }\n    return x;\n  }\n";
}

}  // namespace

Cell::Cell(const Node& node) {
  const KindRow& row = kindOf(node);
  kind = row.kind;
  gates = row.gates;
  std::string direction = node.attrs.text("direction", "forward");
  directions = direction == "bidirectional" ? 2 : 1;
  reverse = direction == "reverse";
  batchFirst = node.attrs.integer("layout", 0) == 1;
  linearFirst = node.attrs.integer("linear_before_reset", 0) != 0;
  coupled = node.attrs.integer("input_forget", 0) != 0;
  clip = node.attrs.real("clip", 0);
  code = fmt::format(
             "  static constexpr int KIND = {}, GATES = {};\n"
             "  static constexpr bool LINEAR_FIRST = {}, COUPLED = {};\n",
             static_cast<int>(kind), gates, linearFirst, coupled) +
         activations(node, row.functions, directions);
}

}  // namespace tenfold::cuda
