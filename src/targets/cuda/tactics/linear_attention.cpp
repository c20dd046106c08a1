#include <cmath>

#include "base/error.h"
#include "base/rounding.h"
#include "targets/cuda/codegen/expression.h"
#include "targets/cuda/tactics/call_tactic.h"
#include "targets/cuda/tactics/tactics.h"

namespace tenfold::cuda {
namespace {

constexpr int64_t kThreads = 256, kWarp = 32;
constexpr int64_t kMostKeys = 512;  // of a head: 16 registers of each thread

enum Input : size_t { kQuery, kKey, kValue, kPast, kDecay, kBeta };

int64_t keySizeOf(const Node& node, Descs in) {
  return in[kQuery].shape[2] / std::max<int64_t>(node.attrs.integer("q_num_heads", 0), 1);
}

// Threads have powers of two of rows, so that few kernels serve all sizes.
int64_t rowsOf(int64_t keySize) {
  if (keySize > kMostKeys) fail(ErrorKind::kUnsupported, "keys of {} elements", keySize);
  int64_t rows = 1;
  while (rows * kWarp < keySize) rows *= 2;
  return rows;
}

std::vector<std::string> kernels(const Node& node, const TuningHint& hint) {
  Descs in = hint.inputs;
  for (size_t i : {kQuery, kKey, kValue})
    if (!isFloat(in[i].dtype) || in[i].dtype != in[kQuery].dtype)
      fail(ErrorKind::kUnsupported, "input {} is {}", i, typeName(in[i].dtype));
  const auto& shape = node.inputs[kQuery]->shape;
  if (!shape || shape->size() != 3 || !shape->back().tryConstant())
    fail(ErrorKind::kUnsupported, "the key size is known at run time only");
  auto type = [&](size_t i) { return memoryType(in[isPresent(in, i) ? i : size_t{kQuery}].dtype); };
  return {fmt::format("linearAttention<{}, {}, {}, {}, {}, {}, {}>", type(kQuery), type(kPast), type(kDecay),
                      type(kBeta), isPresent(in, kDecay), isPresent(in, kBeta), rowsOf(keySizeOf(node, in)))};
}

CallPlan planAttention(const Node& node, Descs in, Descs) {
  std::string rule = node.attrs.text("update_rule", "gated_delta");
  const bool gates = rule.starts_with("gated"), corrects = rule.ends_with("delta");
  require(gates == isPresent(in, kDecay) && corrects == isPresent(in, kBeta),
          "the update rule '{}' and the inputs decay and beta do not fit", rule);
  const Shape &q = in[kQuery].shape, &v = in[kValue].shape;
  int64_t heads = node.attrs.integer("q_num_heads", 0), keyHeads = node.attrs.integer("kv_num_heads", 0);
  require(heads > 0 && keyHeads > 0 && heads % keyHeads == 0 && q.rank() == 3 && v.rank() == 3,
          "{} query heads, {} key heads: a multiple is expected", heads, keyHeads);
  int64_t keySize = q[2] / heads, valueSize = v[2] / keyHeads;
  rowsOf(keySize);
  double scale = node.attrs.real("scale", 0);
  if (scale == 0) scale = 1 / std::sqrt(static_cast<double>(keySize));
  CallPlan plan;
  Call& call = plan.call;
  const int64_t columns = q[0] * keyHeads * valueSize;
  call.count = static_cast<uint32_t>(columns);
  const int64_t numbers[] = {q[1],
                             keyHeads,
                             heads / keyHeads,
                             keySize,
                             valueSize,
                             gates ? in[kDecay].shape[2] / keyHeads : 1,
                             corrects ? in[kBeta].shape[2] : 1};
  for (size_t i = 0; i < std::size(numbers); ++i) call.n[i + 1] = static_cast<int32_t>(numbers[i]);
  call.d[0] = divisorOf(std::max<int64_t>(valueSize, 1));
  call.d[1] = divisorOf(keyHeads);
  call.f[0] = static_cast<float>(scale);
  plan.steps = {{0, roundUp(columns * kWarp, kThreads)}};
  return plan;
}

constexpr CallRow kRows[] = {{"LinearAttention", kernels, planAttention}};

}  // namespace

const CallFamily kLinearAttention{"linear-attention", "linear_attention.cuh", kRows};

}  // namespace tenfold::cuda
