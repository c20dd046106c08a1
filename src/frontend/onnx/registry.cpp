#include "frontend/onnx/registry.h"

#include <map>
#include <set>
#include <string_view>

#include "graph/ops/op_def.h"

namespace tenfold::onnx_frontend {
namespace {

using Key = std::pair<std::string, std::string>;
using Table = std::multimap<Key, const ImporterRow*>;

Table makeTable() {
  Table table;
  for (Family family :
       {arithmeticFamily(), constantFamily(), controlFlowFamily(), experimentalFamily(), microsoftFamily(),
        neuralFamily(), previewFamily(), reductionFamily(), resizeFamily(), shapeFamily()})
    for (const ImporterRow& row : family) table.emplace(Key(row.domain, row.op), &row);
  return table;
}

// Operators of the IR that are none of ONNX's: no model may name them in ONNX's own domain.
bool isInternal(const std::string& op) {
  static const std::set<std::string_view> names = {"Assertion",
                                                   "Cumulative",
                                                   "DynamicQuantizeLSTM",
                                                   "DynamicQuantizeMatMul",
                                                   "EmbedLayerNormalization",
                                                   "Fill",
                                                   "FusedConv",
                                                   "GroupQueryAttention",
                                                   "MatMulIntegerToFloat",
                                                   "MatMulNBits",
                                                   "MicrosoftAttention",
                                                   "MultiHeadAttention",
                                                   "Nms",
                                                   "Plugin",
                                                   "QGemm",
                                                   "QLinearAdd",
                                                   "QLinearAveragePool",
                                                   "QLinearConcat",
                                                   "QLinearGlobalAveragePool",
                                                   "QLinearLeakyRelu",
                                                   "QLinearMul",
                                                   "QLinearSigmoid",
                                                   "QLinearSoftmax",
                                                   "RaggedSoftMax",
                                                   "Region",
                                                   "Reorder",
                                                   "Scale",
                                                   "Shuffle",
                                                   "SizingPlugin",
                                                   "TrtSlice"};
  return names.count(op) != 0;
}

}  // namespace

ImportFunction findImporter(const std::string& domain, const std::string& op, int64_t opset) {
  static const Table table = makeTable();
  auto [first, last] = table.equal_range({domain, op});
  for (auto it = first; it != last; ++it)
    if (opset >= it->second->from && opset <= it->second->to) return it->second->import;
  return domain.empty() && !isInternal(op) && findOpDef(op) ? importSame : nullptr;
}

void importSame(OpContext& ctx) {
  // Opsets before 6 carried a hint for memory planning.
  if (ctx.opset() < 6) ctx.attrs.erase("consumed_inputs");
  ctx.forward(ctx.op(), ctx.inputs());
}

}  // namespace tenfold::onnx_frontend
