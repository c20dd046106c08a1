#include "api/network_fixture.h"

namespace tenfold::testing {
namespace {

using namespace nvinfer1;
using nvinfer1::DataType;
using nvinfer1::Dims;

class ElementwiseLayers : public NetworkTest {};

struct ActivationCase {
  ActivationType type;
  float alpha, beta;
  double (*f)(double x, double a, double b);
};

double softplus(double x, double a, double b) { return a * std::log(std::exp(b * x) + 1); }
const ActivationCase kActivations[] = {
    {ActivationType::kRELU, 0, 0, [](double x, double, double) { return std::max(x, 0.0); }},
    {ActivationType::kSIGMOID, 0, 0, [](double x, double, double) { return 1 / (1 + std::exp(-x)); }},
    {ActivationType::kTANH, 0, 0, [](double x, double, double) { return std::tanh(x); }},
    {ActivationType::kLEAKY_RELU, 0.25f, 0, [](double x, double a, double) { return x >= 0 ? x : a * x; }},
    {ActivationType::kELU, 0.5f, 0,
     [](double x, double a, double) { return x >= 0 ? x : a * (std::exp(x) - 1); }},
    {ActivationType::kSELU, 1.5f, 2,
     [](double x, double a, double b) { return x > 0 ? b * x : b * (a * std::exp(x) - a); }},
    {ActivationType::kSOFTSIGN, 0, 0, [](double x, double, double) { return x / (1 + std::fabs(x)); }},
    {ActivationType::kSOFTPLUS, 2, 0.5f, softplus},
    {ActivationType::kCLIP, -1, 1.5f,
     [](double x, double a, double b) { return std::max(a, std::min(b, x)); }},
    {ActivationType::kHARD_SIGMOID, 0.5f, 0.25f,
     [](double x, double a, double b) { return std::max(0.0, std::min(1.0, a * x + b)); }},
    {ActivationType::kSCALED_TANH, 2, 0.5f,
     [](double x, double a, double b) { return a * std::tanh(b * x); }},
    {ActivationType::kTHRESHOLDED_RELU, 1, 0, [](double x, double a, double) { return x > a ? x : 0; }},
    {ActivationType::kGELU_ERF, 0, 0,
     [](double x, double, double) { return x / 2 * (1 + std::erf(x / std::sqrt(2))); }},
    {ActivationType::kGELU_TANH, 0, 0, [](double x, double, double) {
       return x / 2 * (1 + std::tanh(std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x)));
     }}};

TEST_F(ElementwiseLayers, EveryActivationComputesItsFormula) {
  ITensor& x = input("x", {-1, 5});
  const std::vector<float> in{-2, -0.5f, 0.25f, 1, 3};
  for (const ActivationCase& c : kActivations) {
    SCOPED_TRACE(static_cast<int>(c.type));
    IActivationLayer* layer = network->addActivation(x, c.type);
    ASSERT_NE(layer, nullptr) << logger.take();
    EXPECT_EQ(layer->getAlpha(), 0);
    EXPECT_EQ(layer->getBeta(), 0);
    layer->setAlpha(c.alpha);
    layer->setBeta(c.beta);
    EXPECT_EQ(layer->getType(), LayerType::kACTIVATION);
    EXPECT_EQ(layer->getActivationType(), c.type);
    EXPECT_EQ(layer->getAlpha(), c.alpha);
    EXPECT_EQ(layer->getBeta(), c.beta);
    EXPECT_EQ(layer->getNbInputs(), 1);
    EXPECT_EQ(shapeOf(layer->getOutput(0)), "[-1,5]");
    std::vector<double> expected;
    for (float v : in) expected.push_back(c.f(v, c.alpha, c.beta));
    expect(layer, {values({1, 5}, in)}, "[1,5]", expected);
  }
}

TEST_F(ElementwiseLayers, AnActivationKeepsItsParametersWhenItsTypeChanges) {
  IActivationLayer* layer = network->addActivation(input("x", {2}), ActivationType::kCLIP);
  layer->setAlpha(-1);
  layer->setBeta(2);
  layer->setActivationType(ActivationType::kSCALED_TANH);
  EXPECT_EQ(layer->getActivationType(), ActivationType::kSCALED_TANH);
  EXPECT_EQ(layer->getAlpha(), -1);
  EXPECT_EQ(layer->getBeta(), 2);
  expect(layer, {values({2}, {0, 1})}, "[2]", {0, -std::tanh(2.0)});
  layer->setActivationType(static_cast<ActivationType>(99));
  EXPECT_NE(logger.take().find("99"), std::string::npos);
  EXPECT_EQ(layer->getActivationType(), ActivationType::kSCALED_TANH);
}

TEST_F(ElementwiseLayers, ParametricRelu) {
  expect(network->addParametricReLU(input("x", {2, 2}), constant({1, 2}, {0.5f, 2})),
         {values({2, 2}, {-1, -1, 1, 2})}, "[2,2]", {-0.5, -2, 1, 2});
}

TEST_F(ElementwiseLayers, UnaryOperations) {
  ITensor& x = input("x", {3});
  const std::vector<float> in{0.25f, 0.5f, 0.75f};
  double (*const functions[])(double) = {std::exp,  std::log,
                                         std::sqrt, [](double v) { return 1 / v; },
                                         std::fabs, [](double v) { return -v; },
                                         std::sin,  std::cos,
                                         std::tan,  std::sinh,
                                         std::cosh, std::asin,
                                         std::acos, std::atan,
                                         std::asinh};
  for (size_t i = 0; i < std::size(functions); ++i) {
    SCOPED_TRACE(i);
    auto op = static_cast<UnaryOperation>(i);
    IUnaryLayer* layer = network->addUnary(x, op);
    EXPECT_EQ(layer->getOperation(), op);
    std::vector<double> expected;
    for (float v : in) expected.push_back(functions[i](v));
    expect(layer, {values({3}, in)}, "[3]", expected);
  }
  for (auto op : {UnaryOperation::kATANH, UnaryOperation::kCEIL, UnaryOperation::kFLOOR, UnaryOperation::kERF,
                  UnaryOperation::kSIGN, UnaryOperation::kROUND}) {
    IUnaryLayer* layer = network->addUnary(x, UnaryOperation::kEXP);
    layer->setOperation(op);
    EXPECT_EQ(layer->getOperation(), op);
    EXPECT_EQ(layer->getOutput(0)->getType(), DataType::kFLOAT);
  }
  EXPECT_EQ(network->addUnary(x, UnaryOperation::kISNAN)->getOutput(0)->getType(), DataType::kBOOL);
  EXPECT_EQ(network->addUnary(x, UnaryOperation::kISINF)->getOutput(0)->getType(), DataType::kBOOL);
  EXPECT_EQ(network->addUnary(x, static_cast<UnaryOperation>(25)), nullptr);
  EXPECT_NE(logger.take().find("addUnary"), std::string::npos);
}

TEST_F(ElementwiseLayers, BinaryOperations) {
  ITensor &a = input("a", {4}), &b = input("b", {4});
  const std::vector<double> x{7, -7, 2, 2}, y{2, 2, 3, 2};
  double (*const functions[])(double, double) = {[](double p, double q) { return p + q; },
                                                 [](double p, double q) { return p * q; },
                                                 [](double p, double q) { return std::max(p, q); },
                                                 [](double p, double q) { return std::min(p, q); },
                                                 [](double p, double q) { return p - q; },
                                                 [](double p, double q) { return p / q; },
                                                 [](double p, double q) { return std::pow(p, q); },
                                                 [](double p, double q) { return std::floor(p / q); }};
  for (size_t i = 0; i < std::size(functions); ++i) {
    SCOPED_TRACE(i);
    IElementWiseLayer* layer = network->addElementWise(a, b, static_cast<ElementWiseOperation>(i));
    EXPECT_EQ(layer->getOperation(), static_cast<ElementWiseOperation>(i));
    std::vector<double> expected;
    for (size_t k = 0; k < x.size(); ++k) expected.push_back(functions[i](x[k], y[k]));
    expect(layer, {values({4}, {7, -7, 2, 2}), values({4}, {2, 2, 3, 2})}, "[4]", expected);
  }
  for (auto op : {ElementWiseOperation::kEQUAL, ElementWiseOperation::kGREATER, ElementWiseOperation::kLESS})
    EXPECT_EQ(network->addElementWise(a, b, op)->getOutput(0)->getType(), DataType::kBOOL);
}

TEST_F(ElementwiseLayers, IntegersDivideRoundingDownOrTowardsZero) {
  ITensor &a = intConstant({3}, {7, -7, 6}), &b = intConstant({3}, {2, 2, -4});
  expect(network->addElementWise(a, b, ElementWiseOperation::kFLOOR_DIV), {}, "[3]", {3, -4, -2});
  expect(network->addElementWise(a, b, ElementWiseOperation::kDIV), {}, "[3]", {3, -3, -1});
}

TEST_F(ElementwiseLayers, OperandsOfDifferentRankOrShapeAreRefused) {
  ITensor &a = input("a", {2, 3}), &b = input("b", {3}), &c = input("c", {2, 4});
  EXPECT_EQ(network->addElementWise(a, b, ElementWiseOperation::kSUM), nullptr);
  EXPECT_NE(logger.take().find("same rank"), std::string::npos);
  EXPECT_EQ(network->addElementWise(a, c, ElementWiseOperation::kSUM), nullptr);
  EXPECT_NE(logger.take(), "");
  EXPECT_EQ(network->getNbLayers(), 0);
  EXPECT_EQ(recorder.getNbErrors(), 2);
  EXPECT_EQ(recorder.codes[0], ErrorCode::kINVALID_ARGUMENT);
}

TEST_F(ElementwiseLayers, Scale) {
  ITensor& x = input("x", {1, 2, 2});
  IScaleLayer* layer = network->addScale(x, ScaleMode::kCHANNEL, floats({1, 2}), floats({2, 3}), Weights{});
  EXPECT_EQ(layer->getChannelAxis(), 1);
  EXPECT_EQ(layer->getShift().count, 2);
  EXPECT_EQ(layer->getPower().count, 0);
  EXPECT_EQ(layer->getNbInputs(), 1);
  expect(layer, {values({1, 2, 2}, {1, 2, 3, 4})}, "[1,2,2]", {3, 5, 11, 14});
  layer->setMode(ScaleMode::kUNIFORM);
  layer->setShift(Weights{});
  layer->setScale(floats({2}));
  layer->setPower(floats({2}));
  EXPECT_EQ(layer->getMode(), ScaleMode::kUNIFORM);
  expect(layer, {values({1, 2, 2}, {1, 2, 3, 4})}, "[1,2,2]", {4, 16, 36, 64});
  IScaleLayer* nd = network->addScaleNd(x, ScaleMode::kCHANNEL, floats({10, 20}), Weights{}, Weights{}, 2);
  EXPECT_EQ(nd->getChannelAxis(), 2);
  expect(nd, {values({1, 2, 2}, {1, 2, 3, 4})}, "[1,2,2]", {11, 22, 13, 24});
}

TEST_F(ElementwiseLayers, SelectIdentityCast) {
  ITensor &c = input("c", {2}, DataType::kBOOL), &a = input("a", {2}), &b = input("b", {2});
  Tensor condition(tenfold::DataType::kBool, Shape{2});
  condition.setInt(0, 1);
  const std::vector<Tensor> in{condition, values({2}, {1.5f, 2.5f}), values({2}, {-1.5f, -2.5f})};
  expect(network->addSelect(c, a, b), in, "[2]", {1.5, -2.5});
  expect(network->addIdentity(a), in, "[2]", {1.5, 2.5});
  ICastLayer* cast = network->addCast(b, DataType::kINT32);
  EXPECT_EQ(cast->getToType(), DataType::kINT32);
  EXPECT_EQ(cast->getOutput(0)->getType(), DataType::kINT32);
  expect(cast, in, "[2]", {-1, -2});
  cast->setToType(DataType::kINT64);
  EXPECT_EQ(cast->getOutput(0)->getType(), DataType::kINT64);
  IIdentityLayer* typed = network->addIdentity(b);
  typed->setOutputType(0, DataType::kINT32);
  EXPECT_TRUE(typed->outputTypeIsSet(0));
  expect(typed, in, "[2]", {-1, -2});
}

}  // namespace
}  // namespace tenfold::testing
