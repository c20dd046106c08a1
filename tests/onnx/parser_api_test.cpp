// nvonnxparser::IParser and IParserRefitter over a network of the test's own.
#include <gtest/gtest.h>

#include "api/onnx_entry.h"
#include "api/onnx_parser.h"
#include "api/onnx_refitter.h"
#include "onnx/model_builder.h"

namespace tenfold::testing {
namespace {

class Log : public nvinfer1::ILogger {
 public:
  void log(Severity severity, const char* message) noexcept override {
    if (severity <= Severity::kERROR) errors += std::string(message) + "\n";
  }
  std::string errors;
};

class TestNetwork : public NetworkGraph {
 public:
  Graph& graph() override { return graph_; }
  nvinfer1::ITensor* tensorOf(Value* value) override {
    asked = value;
    return nullptr;
  }
  Value* asked = nullptr;

 private:
  Graph graph_;
};

struct Parser {
  Log log;
  TestNetwork network;
  OnnxParser parser{network, log};
  bool supports(const ModelBuilder& model) {
    std::string bytes = model.bytes();
    return parser.supportsModelV2(bytes.data(), bytes.size(), nullptr);
  }
};

// y = Relu(Strange(Relu(x))), z = Concat(Relu(x), Relu(x))
ModelBuilder partlySupported() {
  ModelBuilder m;
  m.input("x", {2, 3}).output("y").output("z");
  m.node("Relu", {"x"}, {"a"}).set_name("first");
  m.node("Strange", {"a"}, {"b"}).set_name("odd");
  m.node("Relu", {"b"}, {"y"}).set_name("after");
  attr(m.node("Concat", {"a", "a"}, {"z"})).integer("axis", 0);
  return m;
}

TEST(OnnxParserApi, ParsesIntoTheNetwork) {
  Parser p;
  ModelBuilder m;
  m.input("x", {2, 3}).output("y");
  m.node("Relu", {"x"}, {"y"}).set_name("act");
  std::string bytes = m.bytes();
  EXPECT_TRUE(p.parser.parse(bytes.data(), bytes.size(), nullptr)) << p.log.errors;
  EXPECT_EQ(opNames(p.network.graph()), "Relu");
  EXPECT_EQ(p.parser.getNbErrors(), 0);
  p.parser.getLayerOutputTensor("act", 0);
  ASSERT_NE(p.network.asked, nullptr);
  EXPECT_EQ(p.network.asked->name, "y");
  EXPECT_EQ(p.parser.getLayerOutputTensor("act", 1), nullptr);
}

TEST(OnnxParserApi, SupportQueriesGiveTheRunsOfSupportedNodes) {
  Parser p;
  EXPECT_FALSE(p.supports(partlySupported()));
  ASSERT_EQ(p.parser.getNbSubgraphs(), 2);
  int64_t length = 0;
  int64_t* nodes = p.parser.getSubgraphNodes(0, length);
  ASSERT_EQ(length, 1);
  EXPECT_EQ(nodes[0], 0);
  nodes = p.parser.getSubgraphNodes(1, length);
  ASSERT_EQ(length, 2);
  EXPECT_EQ(nodes[1], 3);
  EXPECT_TRUE(p.parser.isSubgraphSupported(1));
  EXPECT_FALSE(p.parser.isSubgraphSupported(2));
  EXPECT_EQ(p.parser.getSubgraphNodes(2, length), nullptr);
}

TEST(OnnxParserApi, ErrorsNameTheNode) {
  Parser p;
  EXPECT_FALSE(p.supports(partlySupported()));
  ASSERT_EQ(p.parser.getNbErrors(), 1);
  const auto* error = p.parser.getError(0);
  EXPECT_EQ(error->code(), nvonnxparser::ErrorCode::kUNSUPPORTED_NODE);
  EXPECT_STREQ(error->nodeName(), "odd");
  EXPECT_STREQ(error->nodeOperator(), "Strange");
  EXPECT_EQ(error->node(), 1);
  EXPECT_EQ(error->localFunctionStackSize(), 0);
  EXPECT_NE(p.log.errors.find("not supported: Strange"), std::string::npos);
  EXPECT_EQ(p.parser.getError(1), nullptr);
  p.parser.clearErrors();
  EXPECT_EQ(p.parser.getNbErrors(), 0);
}

TEST(OnnxParserApi, BadInputIsAnError) {
  Parser p;
  EXPECT_FALSE(p.parser.parse("no model", 8, nullptr));
  EXPECT_FALSE(p.parser.parse(nullptr, 8, nullptr));
  EXPECT_FALSE(p.parser.parseFromFile("/does/not/exist.onnx", 0));
  EXPECT_FALSE(p.parser.parseFromFile(nullptr, 0));
  EXPECT_FALSE(p.parser.parseModelProto());
  EXPECT_EQ(p.parser.getNbErrors(), 5);
  EXPECT_EQ(tenfold_createOnnxParser(nullptr, &p.log, NV_ONNX_PARSER_VERSION), nullptr);
}

TEST(OnnxParserApi, FlagsAreKept) {
  Parser p;
  using nvonnxparser::OnnxParserFlag;
  EXPECT_TRUE(p.parser.getFlag(OnnxParserFlag::kNATIVE_INSTANCENORM));
  p.parser.setFlag(OnnxParserFlag::kADJUST_FOR_DLA);
  EXPECT_EQ(p.parser.getFlags(), 0b10001u);
  p.parser.clearFlag(OnnxParserFlag::kNATIVE_INSTANCENORM);
  EXPECT_FALSE(p.parser.getFlag(OnnxParserFlag::kNATIVE_INSTANCENORM));
  p.parser.setFlags(0);
  EXPECT_EQ(p.parser.getFlags(), 0u);
}

TEST(OnnxParserApi, InitializersMayBeGivenLater) {
  Parser p;
  ModelBuilder m;
  onnx::TensorProto w = floatTensor("w", {2}, {});
  w.clear_raw_data();
  w.set_data_location(onnx::TensorProto::EXTERNAL);
  m.input("x", {2}).output("y").initializer(w);
  attr(m.node("Concat", {"x", "w"}, {"y"})).integer("axis", 0);
  std::string bytes = m.bytes();
  std::vector<float> data = {3, 4};
  ASSERT_TRUE(p.parser.loadModelProto(bytes.data(), bytes.size(), nullptr));
  EXPECT_FALSE(p.parser.loadInitializer("other", data.data(), 8));
  EXPECT_TRUE(p.parser.loadInitializer("w", data.data(), 8));
  ASSERT_TRUE(p.parser.parseModelProto()) << p.log.errors;
  const Node* concat = p.network.graph().nodes()[0];
  EXPECT_EQ(concat->input(1)->constant.data(), data.data());
}

TEST(OnnxParserApi, SupportsOperatorAsksTheTable) {
  Parser p;
  EXPECT_TRUE(p.parser.supportsOperator("Relu"));
  EXPECT_TRUE(p.parser.supportsOperator("Gemm"));
  EXPECT_FALSE(p.parser.supportsOperator("Strange"));
  EXPECT_FALSE(p.parser.supportsOperator(nullptr));
}

}  // namespace
}  // namespace tenfold::testing
