#include "targets/cuda/tactics/cublaslt_launch.h"

#include "base/error.h"
#include "targets/cuda/driver/cublaslt.h"

namespace tenfold::cuda {
namespace {

constexpr uint64_t kMostWorkspace = 32 << 20;
constexpr uint32_t kAlignment = 16;  // bytes, of addresses that nothing more is known of

cudaDataType_t libraryType(DataType type) {
  return type == DataType::kFloat16 ? CUDA_R_16F : type == DataType::kBFloat16 ? CUDA_R_16BF : CUDA_R_32F;
}

// The largest power of two up to kAlignment that divides all of a kind of offsets.
uint32_t alignmentOf(const ProductShape& p, int64_t ProductShape::Offsets::*member, int64_t elementBytes) {
  uint32_t alignment = kAlignment;
  for (const auto& offsets : p.outer)
    while (offsets.*member * elementBytes % alignment) alignment /= 2;
  return alignment;
}

// cuBLASLt's matrices are column-major. Read so, row-major ones are their transposes, and
// D^T = B^T * A^T: the right operand comes first, and n is the number of rows.
class Product {
 public:
  Product(const ProductEpilogue& epilogue, const ProductShape& shape, DataType type, bool tf32)
      : epilogue_(epilogue), shape_(shape), type_(type) {
    const auto& p = shape_;
    makeDesc(tf32);
    first_ = layout(p.transB ? p.k : p.n, p.transB ? p.n : p.k, p.strideB);
    second_ = layout(p.transA ? p.m : p.k, p.transA ? p.k : p.m, p.strideA);
    result_ = layout(p.n, p.m, p.m * p.n);
  }

  std::vector<cublasLtMatmulHeuristicResult_t> algorithms(int most) const {
    cublasLtMatmulPreference_t made = nullptr;
    check(cublasLt().cublasLtMatmulPreferenceCreate(&made), "cublasLtMatmulPreferenceCreate");
    LtHandle<cublasLtMatmulPreference_t> preference(made);
    auto set = [&](cublasLtMatmulPreferenceAttributes_t attribute, auto value) {
      check(cublasLt().cublasLtMatmulPreferenceSetAttribute(made, attribute, &value, sizeof value),
            "cublasLtMatmulPreferenceSetAttribute");
    };
    using Offsets = ProductShape::Offsets;
    int64_t bytes = typeBits(type_) / 8;
    set(CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, kMostWorkspace);
    set(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, alignmentOf(shape_, &Offsets::b, bytes));
    set(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES, alignmentOf(shape_, &Offsets::a, bytes));
    set(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES, alignmentOf(shape_, &Offsets::d, bytes));
    set(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES, alignmentOf(shape_, &Offsets::d, bytes));
    std::vector<cublasLtMatmulHeuristicResult_t> found(static_cast<size_t>(most));
    int count = 0;
    check(cublasLt().cublasLtMatmulAlgoGetHeuristic(cublasLtHandle(), desc_.get(), first_.get(),
                                                    second_.get(), result_.get(), result_.get(), made, most,
                                                    found.data(), &count),
          "cublasLtMatmulAlgoGetHeuristic");
    found.resize(static_cast<size_t>(count));
    std::erase_if(found, [](const auto& r) { return r.state != CUBLAS_STATUS_SUCCESS; });
    if (found.empty())
      fail(ErrorKind::kUnsupported, "cuBLASLt has no algorithm for {} x {} x {} in {}", shape_.m, shape_.n,
           shape_.k, typeName(type_));
    return found;
  }

  void run(const LaunchArgs& args, const cublasLtMatmulHeuristicResult_t& algorithm) {
    auto input = [&](int i) { return static_cast<const char*>(args.inputs[i]); };
    if (epilogue_.bias >= 0) set(CUBLASLT_MATMUL_DESC_BIAS_POINTER, args.inputs[epilogue_.bias]);
    const char* residual = epilogue_.residual >= 0 ? input(epilogue_.residual) : nullptr;
    float alpha = static_cast<float>(epilogue_.alpha), beta = residual ? 1.0f : 0.0f;
    int64_t bytes = typeBits(type_) / 8;
    for (const auto& offsets : shape_.outer) {
      char* result = static_cast<char*>(args.outputs[0]) + offsets.d * bytes;
      const void* added = residual ? residual + offsets.d * bytes : result;
      check(cublasLt().cublasLtMatmul(cublasLtHandle(), desc_.get(), &alpha,
                                      input(epilogue_.right) + offsets.b * bytes, first_.get(),
                                      input(epilogue_.left) + offsets.a * bytes, second_.get(), &beta, added,
                                      result_.get(), result, result_.get(), &algorithm.algo, args.workspace,
                                      algorithm.workspaceSize, static_cast<cudaStream_t>(args.stream)),
            "cublasLtMatmul");
    }
  }

 private:
  template <typename T>
  void set(cublasLtMatmulDescAttributes_t attribute, T value) {
    check(cublasLt().cublasLtMatmulDescSetAttribute(desc_.get(), attribute, &value, sizeof value),
          "cublasLtMatmulDescSetAttribute");
  }

  void makeDesc(bool tf32) {
    cublasLtMatmulDesc_t made = nullptr;
    check(cublasLt().cublasLtMatmulDescCreate(&made, tf32 ? CUBLAS_COMPUTE_32F_FAST_TF32 : CUBLAS_COMPUTE_32F,
                                              CUDA_R_32F),
          "cublasLtMatmulDescCreate");
    desc_.reset(made);
    set<int32_t>(CUBLASLT_MATMUL_DESC_TRANSA, shape_.transB ? CUBLAS_OP_T : CUBLAS_OP_N);
    set<int32_t>(CUBLASLT_MATMUL_DESC_TRANSB, shape_.transA ? CUBLAS_OP_T : CUBLAS_OP_N);
    bool relu = epilogue_.activation == Activation::kRelu, bias = epilogue_.bias >= 0;
    set<uint32_t>(CUBLASLT_MATMUL_DESC_EPILOGUE, relu && bias ? CUBLASLT_EPILOGUE_RELU_BIAS
                                                 : relu       ? CUBLASLT_EPILOGUE_RELU
                                                 : bias       ? CUBLASLT_EPILOGUE_BIAS
                                                              : CUBLASLT_EPILOGUE_DEFAULT);
    // The heuristic looks at the alignment only; run() gives the address itself.
    if (bias) set(CUBLASLT_MATMUL_DESC_BIAS_POINTER, reinterpret_cast<void*>(uintptr_t{kAlignment}));
  }

  LtHandle<cublasLtMatrixLayout_t> layout(int64_t rows, int64_t columns, int64_t stride) const {
    cublasLtMatrixLayout_t made = nullptr;
    check(cublasLt().cublasLtMatrixLayoutCreate(&made, libraryType(type_), static_cast<uint64_t>(rows),
                                                static_cast<uint64_t>(columns), rows),
          "cublasLtMatrixLayoutCreate");
    LtHandle<cublasLtMatrixLayout_t> owner(made);
    auto count = static_cast<int32_t>(shape_.batch);
    check(cublasLt().cublasLtMatrixLayoutSetAttribute(made, CUBLASLT_MATRIX_LAYOUT_BATCH_COUNT, &count,
                                                      sizeof count),
          "cublasLtMatrixLayoutSetAttribute(BATCH_COUNT)");
    check(cublasLt().cublasLtMatrixLayoutSetAttribute(made, CUBLASLT_MATRIX_LAYOUT_STRIDED_BATCH_OFFSET,
                                                      &stride, sizeof stride),
          "cublasLtMatrixLayoutSetAttribute(STRIDED_BATCH_OFFSET)");
    return owner;
  }

  const ProductEpilogue epilogue_;
  const ProductShape shape_;
  const DataType type_;
  LtHandle<cublasLtMatmulDesc_t> desc_;
  LtHandle<cublasLtMatrixLayout_t> first_, second_, result_;
};

class ProductLaunch final : public Launch {
 public:
  ProductLaunch(std::unique_ptr<Product> product, const cublasLtMatmulHeuristicResult_t& algorithm)
      : product_(std::move(product)), algorithm_(algorithm) {}
  size_t workspaceBytes() const override { return algorithm_.workspaceSize; }
  void run(const LaunchArgs& args) override { product_->run(args, algorithm_); }

 private:
  std::unique_ptr<Product> product_;
  cublasLtMatmulHeuristicResult_t algorithm_;
};

class NoLaunch final : public Launch {
 public:
  void run(const LaunchArgs&) override {}
};

}  // namespace

std::unique_ptr<Launch> prepareProduct(const ProductEpilogue& epilogue, const ProductShape& shape,
                                       DataType type, bool tf32, int algorithm) {
  if (shape.isEmpty()) return std::make_unique<NoLaunch>();
  if (shape.k == 0) fail(ErrorKind::kUnsupported, "cuBLASLt does not sum over nothing");
  auto product = std::make_unique<Product>(epilogue, shape, type, tf32);
  auto found = product->algorithms(algorithm + 1);
  return std::make_unique<ProductLaunch>(std::move(product), found.back());
}

int countAlgorithms(const ProductEpilogue& epilogue, const ProductShape& shape, DataType type, bool tf32,
                    int most) {
  return static_cast<int>(Product(epilogue, shape, type, tf32).algorithms(most).size());
}

}  // namespace tenfold::cuda
