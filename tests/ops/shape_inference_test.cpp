// Symbolic inference through the shape arithmetic that exporters write.
#include <gtest/gtest.h>

#include "graph/ops/infer.h"

namespace tenfold {
namespace {

const Dim kBatch = Dim::symbol("batch"), kLength = Dim::symbol("length"), kPast = Dim::symbol("past");

// A graph that is inferred node by node as it is written.
struct Network {
  Graph graph;

  Value* input(const char* name, SymShape shape, DataType type = DataType::kFloat32) {
    return graph.addInput(name, type, std::move(shape));
  }
  Value* ints(const std::vector<int64_t>& values) {
    return graph.addConstant(Tensor::of<int64_t>({static_cast<int64_t>(values.size())}, values));
  }
  Value* scalar(int64_t value) { return graph.addConstant(Tensor::of<int64_t>({}, {value})); }
  Node* node(std::string_view op, std::vector<Value*> inputs, Attributes attrs = {}, size_t outputs = 1) {
    Node* n = graph.addNode(op, std::move(inputs), std::move(attrs), outputs);
    inferNode(graph, *n);
    return n;
  }
  Value* add(std::string_view op, std::vector<Value*> inputs, Attributes attrs = {}) {
    return node(op, std::move(inputs), std::move(attrs))->outputs[0];
  }
  // Dimension `i` of x as a list of one: Shape, Gather, Unsqueeze.
  Value* dim(Value* x, int64_t i) {
    return add("Unsqueeze", {add("Gather", {add("Shape", {x}), scalar(i)}), ints({0})});
  }
  Value* concat(std::vector<Value*> parts, int64_t axis = 0) {
    return add("Concat", std::move(parts), with("axis", axis));
  }
  static Attributes with(const char* name, Attribute value) {
    Attributes attrs;
    attrs.set(name, std::move(value));
    return attrs;
  }
};

void expectShape(const Value* v, const SymShape& shape) {
  ASSERT_TRUE(v->shape.has_value());
  EXPECT_EQ(str(*v->shape), str(shape));
}

TEST(ShapeInference, SplitsHeadsOfBert) {
  Network net;
  Value* x = net.input("x", {kBatch, kLength, 768});
  Value* heads =
      net.add("Reshape", {x, net.concat({net.dim(x, 0), net.dim(x, 1), net.ints({12}), net.ints({64})})});
  expectShape(heads, {kBatch, kLength, 12, 64});
  Value* t = net.add("Transpose", {heads}, Network::with("perm", std::vector<int64_t>{0, 2, 1, 3}));
  Value* back = net.add("Transpose", {t}, Network::with("perm", std::vector<int64_t>{0, 2, 1, 3}));
  Value* merged =
      net.add("Reshape", {back, net.concat({net.dim(back, 0), net.dim(back, 1), net.ints({-1})})});
  expectShape(merged, {kBatch, kLength, 768});
}

TEST(ShapeInference, InfersMinusOneThroughSums) {
  Network net;
  Value* x = net.input("x", {kBatch, kPast + kLength, 768});
  expectShape(net.add("Reshape", {x, net.concat({net.ints({-1}), net.dim(x, 1), net.ints({12, 64})})}),
              {kBatch, kPast + kLength, 12, 64});
  expectShape(net.add("Reshape", {x, net.ints({0, -1, 64})}), {kBatch, (kPast + kLength) * 12, 64});
  expectShape(net.add("Reshape", {x, net.ints({-1})}), {kBatch * (kPast + kLength) * 768});
}

TEST(ShapeInference, SlicesPositionsToTheLength) {
  Network net;
  Value* ids = net.input("ids", {kBatch, kLength}, DataType::kInt64);
  Value* table = net.input("positions", {1, 512}, DataType::kInt64);
  Value* part = net.add("Slice", {table, net.ints({0}), net.dim(ids, 1), net.ints({1})});
  expectShape(part, {1, Dim::min(kLength, 512)});
  // Added to what has the length itself, the bound goes.
  EXPECT_EQ(Dim::max(Dim::min(kLength, 512), kLength), kLength);
}

TEST(ShapeInference, SlicesTheCausalMaskOfGpt2) {
  Network net;
  Value* key = net.input("key", {kBatch, 12, kPast + kLength, 64});
  Value* query = net.input("query", {kBatch, 12, kLength, 64});
  Value* mask = net.input("mask", {1, 1, 1024, 1024}, DataType::kBool);
  Value* whole = net.dim(key, 2);
  Value* rows = net.add("Slice", {mask, net.dim(query, 2), whole, net.ints({2}), net.ints({1})});
  Value* both = net.add("Slice", {rows, net.ints({0}), whole, net.ints({3}), net.ints({1})});
  EXPECT_EQ(both->rank(), 4);
  std::vector<std::string> symbols;
  for (const Dim& d : *both->shape) d.collectSymbols(symbols);
  std::sort(symbols.begin(), symbols.end());
  EXPECT_EQ(symbols, (std::vector<std::string>{"length", "past"}));
  Dim rowsWithPast = Dim::min(kPast + kLength, 1024) - Dim::min(kPast, 1024);
  EXPECT_EQ(Dim::max(rowsWithPast, kLength), kLength);
}

TEST(ShapeInference, SlicesFromTheEnd) {
  Network net;
  Value* x = net.input("x", {kBatch, 4});
  auto sliced = [&](int64_t start, int64_t end, int64_t step) {
    return (*net.add("Slice", {x, net.ints({start}), net.ints({end}), net.ints({0}), net.ints({step})})
                 ->shape)[0];
  };
  for (int64_t start : {-9, -3, -1, 0, 1, 7})
    for (int64_t end : {-9, -2, 0, 3, 1 << 30})
      for (int64_t step : {-3, -1, 1, 2})
        for (int64_t n : {0, 1, 2, 5, 8}) {
          Graph graph;
          Value* data = graph.addInput("x", DataType::kInt8, SymShape{n});
          Node* node = graph.addNode(
              "Slice", {data, net.ints({start}), net.ints({end}), net.ints({0}), net.ints({step})});
          inferNode(graph, *node);
          Dim symbolic = sliced(start, end, step);
          EXPECT_EQ(symbolic.eval({{"batch", n}}), (*node->outputs[0]->shape)[0].constant())
              << start << ":" << end << ":" << step << " of " << n << ": " << symbolic.str();
        }
  EXPECT_EQ(sliced(0, INT64_MAX, 1), kBatch);
  EXPECT_EQ(sliced(-1, INT64_MIN, -1), kBatch);
  EXPECT_EQ(sliced(0, -1, 1), Dim::max(kBatch - 1, 0));
}

TEST(ShapeInference, PatchesOfVit) {
  Network net;
  Value* x = net.input("x", {kBatch, 768, 14, 14});
  Value* shape = net.add("Slice", {net.add("Shape", {x}), net.ints({0}), net.ints({2})});
  Value* flat = net.add("Reshape", {x, net.concat({shape, net.ints({-1})})});
  expectShape(flat, {kBatch, 768, 196});
  Value* token =
      net.add("Expand", {net.input("token", {1, 1, 768}), net.concat({net.dim(x, 0), net.ints({-1, -1})})});
  expectShape(token, {kBatch, 1, 768});
}

TEST(ShapeInference, SplitsSymbolicExtents) {
  Network net;
  Node* parts = net.node("Split", {net.input("x", {kBatch * 3, 4})}, {}, 3);
  for (const Value* v : parts->outputs) expectShape(v, {kBatch, 4});
  Node* uneven = net.node("Split", {net.input("y", {kBatch})}, {}, 2);
  for (int64_t n : {2, 3, 8, 9}) {
    DimBindings at{{"batch", n}};
    EXPECT_EQ((*uneven->outputs[0]->shape)[0].eval(at), (n + 1) / 2);
    EXPECT_EQ((*uneven->outputs[1]->shape)[0].eval(at), n / 2);
  }
}

TEST(ShapeInference, RangeOfALength) {
  Network net;
  Value* ids = net.input("ids", {kBatch, kLength}, DataType::kInt64);
  Value* n = net.add("Gather", {net.add("Shape", {ids}), net.scalar(1)});
  expectShape(net.add("Range", {net.scalar(0), n, net.scalar(1)}), {kLength});
  expectShape(net.add("ConstantOfShape", {net.add("Shape", {ids})}), {kBatch, kLength});
}

}  // namespace
}  // namespace tenfold
