// IMatrixMultiplyLayer and IEinsumLayer.
#include "api/network/faces.h"

namespace tenfold {
namespace {

using Operation = nv::MatrixOperation;

// Operands that are matrices are those of MatMul; where one is a list of vectors, VectorMatMul gives it the
// missing dimension.
constexpr const char* kTransposes[] = {"transA", "transB"};
constexpr const char* kVectors[] = {"vectorA", "vectorB"};

void setOperand(Node& node, size_t index, Operation op) {
  checkEnum(op, "matrix operation");
  node.attrs.set(kTransposes[index], int64_t{op == Operation::kTRANSPOSE});
  if (op == Operation::kVECTOR)
    node.attrs.set(kVectors[index], int64_t{1});
  else
    node.attrs.erase(kVectors[index]);
}

const char* opFor(const Node& node) {
  bool hasVector = node.attrs.has(kVectors[0]) || node.attrs.has(kVectors[1]);
  return hasVector ? "VectorMatMul" : "MatMul";
}

class MatrixMultiplyFace final : public Layer<nv::IMatrixMultiplyLayer, nv::apiv::VMatrixMultiplyLayer> {
 public:
  using Layer::Layer;
  void setOperation(int32_t index, Operation op) noexcept override {
    change("setOperation", [&] {
      setOperand(*node_, checkIndex(index, 2, "operand"), op);
      setOp(opFor(*node_));
    });
  }
  Operation getOperation(int32_t index) const noexcept override {
    return reporter().guard("getOperation", [&] {
      size_t i = checkIndex(index, 2, "operand");
      if (attrs().has(kVectors[i])) return Operation::kVECTOR;
      return attrs().integer(kTransposes[i], 0) ? Operation::kTRANSPOSE : Operation::kNONE;
    });
  }
};

class EinsumFace final : public Layer<nv::IEinsumLayer, nv::apiv::VEinsumLayer> {
 public:
  using Layer::Layer;
  bool setEquation(const char* equation) noexcept override {
    return reporter().guard("setEquation", [&] {
      std::string wanted = &needed(equation, "the equation"), former = attrs().text("equation", "");
      node_->attrs.set("equation", wanted);
      network_.update(node_);
      std::string reason = network_.complaint(node_->outputs[0]);
      if (reason.empty()) return true;
      node_->attrs.set("equation", former);
      network_.update(node_);
      fail("{}", reason);
    });
  }
  const char* getEquation() const noexcept override {
    return reporter().guard("getEquation", [&]() -> const char* {
      auto it = attrs().all().find("equation");
      return it == attrs().all().end() ? "" : std::get<std::string>(it->second).c_str();
    });
  }
};

constexpr auto kMatrix = nv::LayerType::kMATRIX_MULTIPLY;
const FaceEntry kFaces[] = {{"MatMul", kMatrix, makeFaceOf<MatrixMultiplyFace>},
                            {"VectorMatMul", kMatrix, makeFaceOf<MatrixMultiplyFace>},
                            {"Einsum", nv::LayerType::kEINSUM, makeFaceOf<EinsumFace>}};

}  // namespace

std::span<const FaceEntry> matrixFaces() { return kFaces; }

nv::IMatrixMultiplyLayer* Network::addMatrixMultiply(nv::ITensor& input0, Operation op0, nv::ITensor& input1,
                                                     Operation op1) noexcept {
  return addLayer<MatrixMultiplyFace>("addMatrixMultiply", kMatrix, [&] {
    bool hasVector = op0 == Operation::kVECTOR || op1 == Operation::kVECTOR;
    Node* node = addNode(hasVector ? "VectorMatMul" : "MatMul", {&input0, &input1});
    setOperand(*node, 0, op0);
    setOperand(*node, 1, op1);
    return node;
  });
}

nv::IEinsumLayer* Network::addEinsum(nv::ITensor* const* inputs, int32_t nbInputs,
                                     const char* equation) noexcept {
  return addLayer<EinsumFace>("addEinsum", nv::LayerType::kEINSUM, [&] {
    Attributes attrs;
    attrs.set("equation", std::string(&needed(equation, "the equation")));
    return graph_->addNode("Einsum", valuesOf(inputs, nbInputs, "inputs"), attrs);
  });
}

}  // namespace tenfold
