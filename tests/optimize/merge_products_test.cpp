#include "optimize/passes/merge_products.h"

#include <fmt/format.h>

#include "optimize/pass_test.h"

namespace tenfold {
namespace {

constexpr double kHalf = 5e-3;

int mergeAll(Graph& graph) {
  return mergeProducts(graph, [](const Node&, const Node&) { return true; });
}
int mergeNone(Graph& graph) {
  return mergeProducts(graph, [](const Node&, const Node&) { return false; });
}

// Names of weights and sums in these texts, by shape: w is [2,8], t is [8,2], b is [8].
std::string withConstants(const std::string& inputs, const std::string& statements) {
  std::string text = inputs + " -> ";
  int seed = 1;
  for (const char* declared :
       {"w1:[2,8]", "w2:[2,8]", "t1:[8,2]", "t2:[8,2]", "t3:[8,2]", "b1:[8]", "b2:[8]"})
    text += fmt::format("{} = const f16{} random({},-1,1); ", std::string(declared, 2), declared + 3, seed++);
  return text + statements;
}

// The operators that are left, in order.
std::string operators(int (*pass)(Graph&), const std::string& inputs, const std::string& statements) {
  std::string found, left = after(pass, withConstants(inputs, statements), kHalf);
  for (size_t at = 0; (at = left.find(" = ", at)) != std::string::npos; at += 3) {
    std::string name = left.substr(at + 3, left.find('(', at) - at - 3);
    if (name.find("const") == std::string::npos) found += name + " ";
  }
  return found;
}

TEST(MergeProducts, OneProductAndItsParts) {
  EXPECT_EQ(after(mergeAll,
                  "x:f16[3,1] -> a = MatMul(x, f16[1,8]{1,2,3,4,5,6,7,8}); b = MatMul(x, "
                  "f16[1,8]{8,7,6,5,4,3,2,1}); y = Relu(a); z = Relu(b); return y, z",
                  kHalf),
            "%0 = const f16[1,16] {1,2,3,4,5,6,7,8,8,7,6,5,4,3,2,1}; %1 = MatMul(x, %0); %2, %3 = Split(%1) "
            "{axis=1, num_outputs=2}; y = Relu(%2); z = Relu(%3)");
}

TEST(MergeProducts, SumsPerColumnGoAlong) {
  EXPECT_EQ(
      operators(
          mergeAll, "x:f16[1,3,2]",
          "a = MatMul(x, t1) {transB=1}; b = MatMul(x, t2) {transB=1}; c = MatMul(x, t3) {transB=1}; q = "
          "Add(a, b1); k = Add(b2, b); return q, k, c"),
      "MatMul Add Split ");
  EXPECT_EQ(operators(mergeAll, "x:f16[3,2], r:f16[3,8]",
                      "a = MatMul(x, w1); b = MatMul(x, w2); y = Add(a, r); return y, b"),
            "MatMul Split Add ");
}

TEST(MergeProducts, OnlyWhereTheTargetWritesTheParts) {
  EXPECT_EQ(operators(mergeNone, "x:f16[3,2]", "a = MatMul(x, w1); b = MatMul(x, w2); return a, b"),
            "MatMul MatMul ");
}

TEST(MergeProducts, LeavesOthersAlone) {
  for (const char* statements : {"a = MatMul(x, w1); b = MatMul(z, w2); return a, b",
                                 "a = MatMul(x, w1); b = MatMul(x, v); return a, b",
                                 "a = MatMul(s, u1); b = MatMul(s, u2) {transB=1}; return a, b",
                                 "a = MatMul(x, n1); b = MatMul(x, n2); return a, b",
                                 "a = MatMul(f, f1); b = MatMul(f, f2); return a, b"})
    EXPECT_EQ(
        operators(
            mergeAll, "x:f16[3,2], z:f16[3,2], s:f16[8,8], f:f32[3,2]",
            std::string("v = const f16[2,16] random(9,-1,1); u1 = const f16[8,8] random(9,-1,1); u2 = const "
                        "f16[8,8] random(8,-1,1); n1 = const f16[2,6] random(9,-1,1); n2 = const f16[2,6] "
                        "random(8,-1,1); f1 = const f32[2,8] random(9,-1,1); f2 = const f32[2,8] "
                        "random(8,-1,1); ") +
                statements),
        "MatMul MatMul ")
        << statements;
}

}  // namespace
}  // namespace tenfold
