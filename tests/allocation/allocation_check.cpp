// enqueueV3 allocates nothing once the shapes of a static graph are resolved. oneDNN's dnnl_primitive_execute
// makes small allocations of its own; those are left out, everything else in the process counts.
#include <dlfcn.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <new>

#include "api/runtime_fixture.h"
#include "tenfold/host_stream.h"

namespace {

std::atomic<bool> counting{false};
std::atomic<int> allocations{0};

void count(const void* caller) {
  Dl_info info{};
  if (!counting) return;
  if (dladdr(caller, &info) && info.dli_fname && std::strstr(info.dli_fname, "libdnnl")) return;
  ++allocations;
}

}  // namespace

extern "C" {
void* __libc_malloc(size_t);
void* __libc_calloc(size_t, size_t);
void* __libc_realloc(void*, size_t);
void* __libc_memalign(size_t, size_t);

void* malloc(size_t bytes) {
  count(__builtin_return_address(0));
  return __libc_malloc(bytes);
}
void* calloc(size_t number, size_t bytes) {
  count(__builtin_return_address(0));
  return __libc_calloc(number, bytes);
}
void* realloc(void* memory, size_t bytes) {
  count(__builtin_return_address(0));
  return __libc_realloc(memory, bytes);
}
void* aligned_alloc(size_t alignment, size_t bytes) {
  count(__builtin_return_address(0));
  return __libc_memalign(alignment, bytes);
}
int posix_memalign(void** memory, size_t alignment, size_t bytes) {
  count(__builtin_return_address(0));
  *memory = __libc_memalign(alignment, bytes);
  return *memory ? 0 : 12;
}
}

void* operator new(size_t bytes) {
  count(__builtin_return_address(0));
  return __libc_malloc(bytes);
}
void* operator new(size_t bytes, std::align_val_t alignment) {
  count(__builtin_return_address(0));
  return __libc_memalign(static_cast<size_t>(alignment), bytes);
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, size_t, std::align_val_t) noexcept { std::free(memory); }

namespace tenfold::testing {
namespace {

int allocationsDuring(nvinfer1::IExecutionContext& context, cudaStream_t stream, int runs) {
  allocations = 0;
  counting = true;
  bool ok = true;
  for (int i = 0; i < runs; ++i) {
    ok = context.enqueueV3(stream) && ok;
    tenfoldStreamSynchronize(stream);
  }
  counting = false;
  EXPECT_TRUE(ok);
  return allocations;
}

TEST(Allocations, AreCounted) {
  counting = true;
  allocations = 0;
  void* volatile first = std::malloc(10);
  int* volatile second = new int;
  counting = false;
  std::free(first);
  delete second;
  EXPECT_EQ(allocations, 2);
}

TEST(Allocations, EnqueueMakesNone) {
  Loaded l(
      "graph g(x:f32[n,3,16,16], w:f32[8,3,3,3], m:f32[8,10]) { c = Conv(x, w) {pads=[1,1,1,1]}; r = "
      "Relu(c); "
      "p = GlobalAveragePool(r); f = Flatten(p) {axis=1}; q = MatMul(f, m); y = Softmax(q) {axis=1}; return "
      "y "
      "}");
  std::vector<Tensor> tensors{
      randomTensor(DataType::kFloat32, {4, 3, 16, 16}, 1), randomTensor(DataType::kFloat32, {8, 3, 3, 3}, 2),
      randomTensor(DataType::kFloat32, {8, 10}, 3), Tensor(DataType::kFloat32, {4, 10})};
  l.context->setInputShape("x", dims({4, 3, 16, 16}));
  for (int t = 0; t < 4; ++t)
    l.context->setTensorAddress(l.engine->getIOTensorName(t), tensors[static_cast<size_t>(t)].data());
  ASSERT_TRUE(l.context->enqueueV3(nullptr)) << l.logger.take();
  EXPECT_EQ(allocationsDuring(*l.context, nullptr, 5), 0);
  cudaStream_t stream = nullptr;
  ASSERT_EQ(tenfoldCreateStream(&stream), TENFOLD_SUCCESS);
  allocationsDuring(*l.context, stream, 2);  // OpenMP makes its threads when a worker first has helpers
  EXPECT_EQ(allocationsDuring(*l.context, stream, 5), 0);
  tenfoldDestroyStream(stream);
}

}  // namespace
}  // namespace tenfold::testing
