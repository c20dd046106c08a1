// Every older form of an operator that the importer translates: what it becomes, and what that computes.
#include <gtest/gtest.h>

#include "graph/ops/eval.h"
#include "onnx/model_builder.h"

namespace tenfold::testing {
namespace {

struct Form {
  const char* name;
  int64_t opset;
  const char* op;
  void (*attributes)(AttributeWriter);
  std::vector<int> dims;                     // of x, which holds 1, 2, 3, ...
  const char* becomes;                       // the operators emitted
  Shape shape;                               // of the result
  std::vector<double> values;                // its first elements
  std::vector<onnx::TensorProto> more = {};  // further inputs
  const char* domain = "";
};

void PrintTo(const Form& form, std::ostream* out) { *out << form.name; }

onnx::TensorProto floats(const std::vector<int64_t>& dims, const std::vector<float>& values) {
  return floatTensor("", dims, values);
}
onnx::TensorProto ints(const std::vector<int64_t>& values) {
  return intTensor("", {static_cast<int64_t>(values.size())}, values);
}

void none(AttributeWriter) {}

const std::vector<Form>& forms() {
  static const std::vector<Form> all = {
      {"Squeeze",
       11,
       "Squeeze",
       [](AttributeWriter a) { a.ints("axes", {0}); },
       {1, 3},
       "Squeeze",
       {3},
       {1, 2, 3}},
      {"Unsqueeze",
       11,
       "Unsqueeze",
       [](AttributeWriter a) {
         a.ints("axes", {0, 2});
       },
       {3},
       "Unsqueeze",
       {1, 3, 1},
       {1}},
      {"Slice",
       9,
       "Slice",
       [](AttributeWriter a) { a.ints("starts", {-2}).ints("ends", {9}).ints("axes", {1}); },
       {2, 3},
       "Slice",
       {2, 2},
       {2, 3, 5, 6}},
      {"Pad",
       10,
       "Pad",
       [](AttributeWriter a) {
         a.ints("pads", {0, 1, 0, 0}).real("value", 7);
       },
       {2, 2},
       "Pad",
       {2, 3},
       {7, 1, 2, 7, 3, 4}},
      {"PadOpset1",
       1,
       "Pad",
       [](AttributeWriter a) {
         a.ints("paddings", {1, 0});
       },
       {2},
       "Pad",
       {3},
       {0, 1, 2}},
      {"Split",
       12,
       "Split",
       [](AttributeWriter a) {
         a.ints("split", {1, 2});
       },
       {3},
       "Split",
       {1},
       {1}},
      {"Reshape",
       4,
       "Reshape",
       [](AttributeWriter a) {
         a.ints("shape", {3, -1});
       },
       {2, 3},
       "Reshape",
       {3, 2},
       {1, 2}},
      {"Tile", 5, "Tile", none, {1, 2}, "Tile", {1, 4}, {1, 2, 1, 2}, {ints({2}), ints({1})}},
      {"Concat", 3, "Concat", none, {1, 2}, "Concat", {1, 3}, {1, 2, 9}, {floats({1, 1}, {9})}},
      {"Scatter", 10, "Scatter", none, {3}, "ScatterElements", {3}, {1, 8, 3}, {ints({1}), floats({1}, {8})}},
      {"ReduceSum",
       11,
       "ReduceSum",
       [](AttributeWriter a) { a.ints("axes", {1}).integer("keepdims", 0); },
       {2, 3},
       "ReduceSum",
       {2},
       {6, 15}},
      {"ReduceMean",
       17,
       "ReduceMean",
       [](AttributeWriter a) { a.ints("axes", {-1}); },
       {2, 3},
       "ReduceMean",
       {2, 1},
       {2, 5}},
      {"SoftmaxOverAll",
       11,
       "Softmax",
       [](AttributeWriter a) { a.integer("axis", 1); },
       {1, 2, 2},
       "Flatten Softmax Shape Reshape",
       {1, 2, 2},
       {0.0320586, 0.0871443, 0.2368828, 0.6439143}},
      {"SoftmaxLastAxis", 11, "Softmax", none, {1, 2}, "Softmax", {1, 2}, {0.2689414, 0.7310586}},
      {"TopK", 9, "TopK", [](AttributeWriter a) { a.integer("k", 2); }, {3}, "TopK", {2}, {3, 2}},
      {"Clip",
       6,
       "Clip",
       [](AttributeWriter a) { a.real("min", 2).real("max", 3); },
       {4},
       "Clip",
       {4},
       {2, 2, 3, 3}},
      {"Cast", 5, "Cast", [](AttributeWriter a) { a.text("to", "INT32"); }, {2}, "Cast", {2}, {1, 2}},
      {"Dropout",
       7,
       "Dropout",
       [](AttributeWriter a) { a.real("ratio", 0.9f); },
       {2},
       "Dropout",
       {2},
       {1, 2}},
      {"Gemm",
       7,
       "Gemm",
       [](AttributeWriter a) { a.real("alpha", 2).real("beta", 0.5f).integer("transB", 1); },
       {1, 2},
       "MatMul Mul Mul Add",
       {1, 1},
       {25},
       {floats({1, 2}, {3, 4}), floats({1}, {6})}},
      {"AddAtAnAxis",
       6,
       "Add",
       [](AttributeWriter a) { a.integer("broadcast", 1).integer("axis", 0); },
       {2, 2},
       "Unsqueeze Add",
       {2, 2},
       {11, 12, 23, 24},
       {floats({2}, {10, 20})}},
      {"PRelu",
       6,
       "PRelu",
       none,
       {1, 2, 2},
       "Unsqueeze PRelu",
       {1, 2, 2},
       {1, 2, 3, 4},
       {floats({2}, {0.5, 0.25})}},
      {"BatchNormalization",
       7,
       "BatchNormalization",
       [](AttributeWriter a) { a.real("epsilon", 0); },
       {1, 2},
       "BatchNormalization",
       {1, 2},
       {1, 4},
       {floats({2}, {1, 2}), floats({2}, {0, 0}), floats({2}, {0, 0}), floats({2}, {1, 1})}},
      {"LpPool",
       1,
       "LpPool",
       [](AttributeWriter a) { a.real("p", 1).ints("kernel_shape", {2}); },
       {1, 1, 3},
       "LpPool",
       {1, 1, 2},
       {3, 5}},
      {"Upsample7",
       7,
       "Upsample",
       [](AttributeWriter a) {
         a.reals("scales", {1, 1, 2});
       },
       {1, 1, 2},
       "Resize",
       {1, 1, 4},
       {1, 1, 2, 2}},
      {"Upsample9",
       9,
       "Upsample",
       none,
       {1, 1, 2},
       "Resize",
       {1, 1, 4},
       {1, 1, 2, 2},
       {floats({3}, {1, 1, 2})}},
      {"Resize10",
       10,
       "Resize",
       [](AttributeWriter a) { a.text("mode", "linear"); },
       {1, 1, 2},
       "Resize",
       {1, 1, 4},
       {1, 1.5, 2, 2},
       {floats({3}, {1, 1, 2})}},
      {"ResizeWithEmptyInputs",
       11,
       "Resize",
       none,
       {1, 2},
       "Resize",
       {1, 4},
       {1, 1, 2, 2},
       {floats({0}, {}), floats({0}, {}), ints({1, 4})}},
      {"GridSample",
       16,
       "GridSample",
       [](AttributeWriter a) { a.text("mode", "bilinear"); },
       {1, 1, 1, 2},
       "GridSample",
       {1, 1, 1, 1},
       {1.5},
       {floats({1, 1, 1, 2}, {0, 0})}},
      {"GroupNormalization",
       18,
       "GroupNormalization",
       [](AttributeWriter a) { a.integer("num_groups", 1); },
       {1, 2},
       "Unsqueeze Expand Reshape Unsqueeze Expand Reshape GroupNormalization",
       {1, 2},
       {2, 4},
       {floats({1}, {1}), floats({1}, {3})}},
      {"Affine",
       1,
       "Affine",
       [](AttributeWriter a) { a.real("alpha", 3).real("beta", 1); },
       {2},
       "Mul Add",
       {2},
       {4, 7}},
      {"Crop",
       1,
       "Crop",
       [](AttributeWriter a) {
         a.ints("border", {1, 0, 0, 1});
       },
       {1, 1, 2, 2},
       "Slice",
       {1, 1, 1, 1},
       {2}},
      {"ImageScaler",
       1,
       "ImageScaler",
       [](AttributeWriter a) {
         a.real("scale", 2).reals("bias", {1, 5});
       },
       {1, 2, 1, 1},
       "Mul Add",
       {1, 2, 1, 1},
       {3, 9}},
      {"ConstantFill",
       1,
       "ConstantFill",
       [](AttributeWriter a) { a.real("value", 4).ints("extra_shape", {1}); },
       {2},
       "Shape Concat ConstantOfShape",
       {2, 1},
       {4, 4}},
      {"FusedMatMul",
       18,
       "FusedMatMul",
       [](AttributeWriter a) { a.real("alpha", 2).integer("transB", 1); },
       {1, 2},
       "MatMul Mul",
       {1, 1},
       {22},
       {floats({1, 2}, {3, 4})},
       "com.microsoft"},
      {"SkipLayerNormalization",
       18,
       "SkipLayerNormalization",
       [](AttributeWriter a) { a.real("epsilon", 0); },
       {1, 2},
       "Add LayerNormalization",
       {1, 2},
       {1, -1},
       {floats({1, 2}, {4, 1}), floats({2}, {1, 1})},
       "com.microsoft"},
      {"QuickGelu", 18, "QuickGelu", none, {1}, "Swish", {1}, {0.8457957}, {}, "com.microsoft"},
  };
  return all;
}

class OnnxOlderForms : public ::testing::TestWithParam<Form> {};

TEST_P(OnnxOlderForms, BecomeTheNewestOne) {
  const Form& form = GetParam();
  ModelBuilder m(form.opset);
  m.input("x", {form.dims.begin(), form.dims.end()}).output("y");
  std::vector<std::string> inputs = {"x"};
  for (onnx::TensorProto t : form.more) {
    t.set_name("w" + std::to_string(inputs.size()));
    inputs.push_back(t.name());
    m.initializer(t);
  }
  bool two = std::string(form.op) == "Split" || std::string(form.op) == "TopK";
  auto& node =
      m.node(form.op, inputs, two ? std::vector<std::string>{"y", "z"} : std::vector<std::string>{"y"});
  node.set_domain(form.domain);
  form.attributes(AttributeWriter(node));
  auto graph = m.graph();
  ASSERT_TRUE(graph);
  EXPECT_EQ(opNames(*graph), form.becomes);
  Tensor x(DataType::kFloat32, Shape(form.dims.begin(), form.dims.end()));
  for (int64_t i = 0; i < x.numel(); ++i) x.setDouble(i, static_cast<double>(i + 1));
  Tensor y = evalGraph(*graph, {x})[0];
  EXPECT_EQ(y.shape().str(), form.shape.str());
  ASSERT_GE(y.numel(), static_cast<int64_t>(form.values.size()));
  for (size_t i = 0; i < form.values.size(); ++i)
    EXPECT_NEAR(y.getDouble(static_cast<int64_t>(i)), form.values[i], 1e-4);
}

INSTANTIATE_TEST_SUITE_P(All, OnnxOlderForms, ::testing::ValuesIn(forms()),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace tenfold::testing
