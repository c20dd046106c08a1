// From nodes to bytecode.
#include <algorithm>
#include <cmath>
#include <limits>
#include <unordered_map>

#include "base/error.h"
#include "graph/ops/op_def.h"
#include "targets/cpu/pointwise/program.h"
#include "targets/cpu/pointwise/tidy.h"

namespace tenfold::cpu {
namespace {

// Operators that are one instruction on the lane of their first input.
struct SimpleOp {
  std::string_view name;
  Opcode op;
  float cost;
  // Names and defaults of the attributes that become immediates.
  const char* attr[2] = {};
  double fallback[2] = {};
};
constexpr SimpleOp kSimple[] = {
    {"Abs", Opcode::kAbs, 1},
    {"Acos", Opcode::kAcos, 40},
    {"Acosh", Opcode::kAcosh, 40},
    {"Add", Opcode::kAdd, 1},
    {"And", Opcode::kAnd, 2},
    {"Asin", Opcode::kAsin, 40},
    {"Asinh", Opcode::kAsinh, 40},
    {"Atan", Opcode::kAtan, 40},
    {"Atanh", Opcode::kAtanh, 40},
    {"BitwiseAnd", Opcode::kBitAnd, 2},
    {"BitwiseNot", Opcode::kBitNot, 2},
    {"BitwiseOr", Opcode::kBitOr, 2},
    {"BitwiseXor", Opcode::kBitXor, 2},
    {"Ceil", Opcode::kCeil, 1},
    {"Celu", Opcode::kCelu, 10, {"alpha"}, {1}},
    {"Cos", Opcode::kCos, 40},
    {"Cosh", Opcode::kCosh, 40},
    {"Div", Opcode::kDiv, 3},
    {"Elu", Opcode::kElu, 10, {"alpha"}, {1}},
    {"Equal", Opcode::kEqual, 1},
    {"Erf", Opcode::kErf, 8},
    {"Exp", Opcode::kExp, 6},
    {"Floor", Opcode::kFloor, 1},
    {"Greater", Opcode::kGreater, 1},
    {"GreaterOrEqual", Opcode::kGreaterOrEqual, 1},
    {"HardSigmoid", Opcode::kHardSigmoid, 2, {"alpha", "beta"}, {0.2, 0.5}},
    {"HardSwish", Opcode::kHardSwish, 2},
    {"Identity", Opcode::kCopy, 1},
    {"IsInf", Opcode::kIsInf, 2, {"detect_negative", "detect_positive"}, {1, 1}},
    {"IsNaN", Opcode::kIsNaN, 1},
    {"LeakyRelu", Opcode::kLeakyRelu, 2, {"alpha"}, {0.01}},
    {"Less", Opcode::kLess, 1},
    {"LessOrEqual", Opcode::kLessOrEqual, 1},
    {"Log", Opcode::kLog, 8},
    {"Mish", Opcode::kMish, 25},
    {"Mul", Opcode::kMul, 1},
    {"Neg", Opcode::kNeg, 1},
    {"Not", Opcode::kNot, 2},
    {"Or", Opcode::kOr, 2},
    {"PRelu", Opcode::kPRelu, 2},
    {"Reciprocal", Opcode::kReciprocal, 3},
    {"Relu", Opcode::kRelu, 1},
    {"Round", Opcode::kRound, 1},
    {"Selu", Opcode::kSelu, 10, {"alpha", "gamma"}, {1.67326319217681884765625, 1.05070102214813232421875}},
    {"Shrink", Opcode::kShrink, 3, {"lambd", "bias"}, {0.5, 0}},
    {"Sigmoid", Opcode::kSigmoid, 8},
    {"Sign", Opcode::kSign, 2},
    {"Sin", Opcode::kSin, 40},
    {"Sinh", Opcode::kSinh, 40},
    {"Softplus", Opcode::kSoftplus, 16},
    {"Softsign", Opcode::kSoftsign, 4},
    {"Sqrt", Opcode::kSqrt, 3},
    {"Sub", Opcode::kSub, 1},
    {"Swish", Opcode::kSwish, 9, {"alpha"}, {1}},
    {"Tan", Opcode::kTan, 40},
    {"Tanh", Opcode::kTanh, 8},
    {"ThresholdedRelu", Opcode::kThresholdedRelu, 2, {"alpha"}, {1}},
    {"Xor", Opcode::kXor, 2},
};

const SimpleOp* findSimple(std::string_view name) {
  auto it = std::lower_bound(std::begin(kSimple), std::end(kSimple), name,
                             [](const SimpleOp& row, std::string_view wanted) { return row.name < wanted; });
  return it != std::end(kSimple) && it->name == name ? it : nullptr;
}

[[noreturn]] void refuse(const Node& node, const std::string& why) {
  fail(ErrorKind::kUnsupported, "{} is no pointwise operation of the CPU's vector code: {}", node.opName(),
       why);
}

Lane laneOfValue(const Node& node, const Value* v) {
  if (!hasLane(v->dtype)) refuse(node, fmt::format("elements are {}", typeName(v->dtype)));
  return laneOf(v->dtype);
}

class Compiler {
 public:
  Program compile(std::span<const Node* const> nodes, std::span<const Value* const> inputs,
                  std::span<const Value* const> outputs) {
    for (const Value* v : inputs) {
      regs_[v] = newReg();
      program_.inputs.push_back({v->dtype, regs_[v]});
    }
    for (const Node* node : nodes) emitNode(*node);
    for (const Value* v : outputs) {
      int reg = newReg();
      if (!hasLane(v->dtype))
        fail(ErrorKind::kUnsupported, "elements of type {} are not vectorized", typeName(v->dtype));
      program_.code.push_back({vectorFunction(Opcode::kCopy, laneOf(v->dtype)), reg, use(v)});
      program_.outputs.push_back({v->dtype, reg});
    }
    tidy(program_);
    return std::move(program_);
  }

  void emitNode(const Node& node);
  // For refusesPointwise: inputs are whatever the node reads.
  void declareInputs(const Node& node) {
    for (const Value* v : node.inputs)
      if (v && !isScalarConstant(v) && !regs_.count(v)) regs_[v] = newReg();
  }

 private:
  int newReg() { return program_.registers++; }
  static bool isScalarConstant(const Value* v) { return v->isConstant() && v->constant.numel() == 1; }
  int use(const Value* v);
  int constant(Lane lane, double value, int64_t integer);
  // The value in another lane.
  int useAs(const Node& node, const Value* v, Lane lane) {
    Lane own = laneOfValue(node, v);
    if (own == lane) return use(v);
    if (lane == Lane::kF32 && own == Lane::kI32 && isScalarConstant(v))
      return constant(lane, static_cast<double>(v->constant.getInt(0)), 0);
    return emitConvert(own, lane, use(v));
  }
  int emit(const Node& node, Opcode op, Lane lane, float cost, int a, int b = -1, int c = -1, float imm0 = 0,
           float imm1 = 0);
  int emitConvert(Lane from, Lane to, int a) {
    int reg = newReg();
    program_.code.push_back({convertFunction(from, to), reg, a});
    program_.cost += 1;
    return reg;
  }
  // Narrow integers wrap around at their own width.
  int wrapTo(const Node& node, DataType type, int reg);
  int emitSimple(const Node& node, const SimpleOp& row);
  int emitVariadic(const Node& node);
  int emitClip(const Node& node);
  int emitPow(const Node& node);
  int emitCast(const Node& node, DataType to);
  int emitQuantize(const Node& node);
  int emitDequantize(const Node& node);

  Program program_;
  std::unordered_map<const Value*, int> regs_;
};

int Compiler::constant(Lane lane, double value, int64_t integer) {
  for (const Program::Constant& c : program_.constants)
    if (c.lane == lane && c.integer == integer &&
        (c.value == value && std::signbit(c.value) == std::signbit(value)))
      return c.reg;
  int reg = newReg();
  program_.constants.push_back({reg, lane, value, integer});
  return reg;
}

int Compiler::use(const Value* v) {
  auto it = regs_.find(v);
  if (it != regs_.end()) return it->second;
  if (!isScalarConstant(v))
    fail(ErrorKind::kUnsupported, "the value '{}' is neither an input nor a scalar constant", v->name);
  if (!hasLane(v->dtype))
    fail(ErrorKind::kUnsupported, "constants of type {} are not vectorized", typeName(v->dtype));
  bool real = isFloat(v->dtype);
  return regs_[v] = constant(laneOf(v->dtype), real ? v->constant.getDouble(0) : 0,
                             real ? 0 : v->constant.getInt(0));
}

int Compiler::emit(const Node& node, Opcode op, Lane lane, float cost, int a, int b, int c, float imm0,
                   float imm1) {
  VectorFunction f = vectorFunction(op, lane);
  if (!f) refuse(node, "the element type has no vector function");
  int reg = newReg();
  program_.code.push_back({f, reg, a, b, c, {imm0, imm1}});
  program_.cost += lane == Lane::kF32 ? cost : 4 * cost;
  return reg;
}

int Compiler::wrapTo(const Node& node, DataType type, int reg) {
  struct Wrap {
    DataType type;
    Opcode op;
  };
  constexpr Wrap kWraps[] = {{DataType::kInt8, Opcode::kWrapI8},
                             {DataType::kUInt8, Opcode::kWrapU8},
                             {DataType::kInt16, Opcode::kWrapI16},
                             {DataType::kUInt16, Opcode::kWrapU16},
                             {DataType::kUInt32, Opcode::kWrapU32}};
  for (const Wrap& w : kWraps)
    if (w.type == type) return emit(node, w.op, laneOf(type), 1, reg);
  return reg;
}

int Compiler::emitSimple(const Node& node, const SimpleOp& row) {
  Lane lane = laneOfValue(node, node.inputs[0]);
  float imm[2] = {};
  for (int i = 0; i < 2; ++i) {
    if (!row.attr[i]) continue;
    bool flag = row.op == Opcode::kIsInf;
    imm[i] = flag ? static_cast<float>(node.attrs.integer(row.attr[i], 1))
                  : static_cast<float>(node.attrs.real(row.attr[i], row.fallback[i]));
  }
  int a = use(node.inputs[0]), b = node.hasInput(1) ? useAs(node, node.inputs[1], lane) : -1;
  int reg = emit(node, row.op, lane, row.cost, a, b, -1, imm[0], imm[1]);
  return wrapTo(node, node.outputs[0]->dtype, reg);
}

int Compiler::emitVariadic(const Node& node) {
  Opcode op = node.is("Max") ? Opcode::kMax : node.is("Min") ? Opcode::kMin : Opcode::kAdd;
  Lane lane = laneOfValue(node, node.inputs[0]);
  int reg = use(node.inputs[0]);
  for (size_t i = 1; i < node.inputs.size(); ++i) reg = emit(node, op, lane, 1, reg, use(node.inputs[i]));
  if (node.is("Mean"))
    reg = emit(node, Opcode::kDiv, lane, 3, reg, constant(lane, static_cast<double>(node.inputs.size()), 0));
  return wrapTo(node, node.outputs[0]->dtype, reg);
}

int Compiler::emitClip(const Node& node) {
  Lane lane = laneOfValue(node, node.inputs[0]);
  int reg = use(node.inputs[0]);
  const Value *low = node.input(1), *high = node.input(2);
  constexpr double kInf = std::numeric_limits<double>::infinity();
  if (lane == Lane::kF32 && (!low || isScalarConstant(low)) && (!high || isScalarConstant(high)))
    return emit(node, Opcode::kClip, lane, 1, reg, -1, -1,
                static_cast<float>(low ? low->constant.getDouble(0) : -kInf),
                static_cast<float>(high ? high->constant.getDouble(0) : kInf));
  if (low) reg = emit(node, Opcode::kMax, lane, 1, reg, use(low));
  if (high) reg = emit(node, Opcode::kMin, lane, 1, reg, use(high));
  return reg;
}

int Compiler::emitPow(const Node& node) {
  const Value *base = node.inputs[0], *exponent = node.inputs[1];
  Lane lane = laneOfValue(node, base);
  bool real = isFloat(base->dtype);
  if (!real && isFloat(exponent->dtype)) refuse(node, "an integer is raised to a float");
  if (real && isScalarConstant(exponent)) {
    double e = exponent->constant.getDouble(0);
    int x = use(base);
    if (e == 2) return emit(node, Opcode::kSquare, lane, 1, x);
    if (e == 3) return emit(node, Opcode::kMul, lane, 1, emit(node, Opcode::kSquare, lane, 1, x), x);
    if (e == 1) return emit(node, Opcode::kCopy, lane, 1, x);
    if (e == -1) return emit(node, Opcode::kReciprocal, lane, 3, x);
    if (e == 0.5) return emit(node, Opcode::kSqrt, lane, 3, x);
  }
  return wrapTo(node, base->dtype,
                emit(node, Opcode::kPow, lane, 60, use(base), useAs(node, exponent, lane)));
}

int Compiler::emitCast(const Node& node, DataType to) {
  DataType from = node.inputs[0]->dtype;
  Lane lane = laneOfValue(node, node.inputs[0]);
  if (!hasLane(to)) refuse(node, fmt::format("the result is {}", typeName(to)));
  // A float that is too large for a narrow integer has no defined result: leave such casts to one place.
  if (isFloat(from) && isInteger(to) && typeBits(to) < 32) refuse(node, "floats to narrow integers");
  int reg = use(node.inputs[0]);
  if (to == DataType::kBool) return emit(node, Opcode::kToBool, lane, 1, reg);
  if (laneOf(to) == lane)
    reg = emit(node, Opcode::kCopy, lane, 1, reg);
  else
    reg = emitConvert(lane, laneOf(to), reg);
  return wrapTo(node, to, reg);
}

// Blocks of scales are no broadcast.
void refuseBlocks(const Node& node) {
  if (node.attrs.integer("block_size", 0) != 0) refuse(node, "it has blocks");
  for (size_t i = 1; i < node.inputs.size(); ++i)
    if (node.inputs[i] && node.inputs[i]->rank() > 1) refuse(node, "its scales are no list");
}

// False for one that is 0 everywhere.
bool hasZeroPoint(const Node& node) {
  const Value* z = node.input(2);
  return z && !(z->isConstant() && z->constant.numel() == 1 && z->constant.getInt(0) == 0);
}

int Compiler::emitQuantize(const Node& node) {
  refuseBlocks(node);
  DataType to = node.outputs[0]->dtype, precision = node.attrs.type("precision", DataType::kUndefined);
  if (!isInteger(to) || !hasLane(to) || typeBits(to) > 16)
    refuse(node, fmt::format("the result is {}", typeName(to)));
  if (laneOfValue(node, node.inputs[0]) != Lane::kF32) refuse(node, "the input is no float");
  if (precision != DataType::kUndefined && precision != DataType::kFloat32) refuse(node, "of its precision");
  constexpr Lane kF = Lane::kF32;
  int reg = emit(node, Opcode::kRound, kF, 1,
                 emit(node, Opcode::kDiv, kF, 3, use(node.inputs[0]), useAs(node, node.inputs[1], kF)));
  if (hasZeroPoint(node)) reg = emit(node, Opcode::kAdd, kF, 1, reg, useAs(node, node.inputs[2], kF));
  bool isSigned = typeInfo(to).cls == TypeClass::kSigned;
  float high = std::ldexp(1.f, typeBits(to) - isSigned) - 1, low = isSigned ? -high - 1 : 0;
  return emitConvert(kF, Lane::kI32, emit(node, Opcode::kClip, kF, 1, reg, -1, -1, low, high));
}

// Differences of small integers are exact in floats, which have the faster functions.
int Compiler::emitDequantize(const Node& node) {
  refuseBlocks(node);
  if (laneOfValue(node, node.inputs[0]) != Lane::kI32) refuse(node, "the input is no small integer");
  constexpr Lane kF = Lane::kF32, kI = Lane::kI32;
  bool wide = typeBits(node.inputs[0]->dtype) > 16, shifted = hasZeroPoint(node);
  int reg = use(node.inputs[0]);
  if (shifted && wide) reg = emit(node, Opcode::kSub, kI, 1, reg, use(node.inputs[2]));
  reg = emitConvert(kI, kF, reg);
  if (shifted && !wide) reg = emit(node, Opcode::kSub, kF, 1, reg, useAs(node, node.inputs[2], kF));
  return emit(node, Opcode::kMul, kF, 1, reg, useAs(node, node.inputs[1], kF));
}

void Compiler::emitNode(const Node& node) {
  if (node.outputs.size() != 1 || !node.outputs[0]) refuse(node, "it has more than one output");
  int reg;
  if (node.is("Cast"))
    reg = emitCast(node, node.outputs[0]->dtype);
  else if (node.is("CastLike"))
    reg = emitCast(node, node.outputs[0]->dtype);
  else if (node.is("Clip"))
    reg = emitClip(node);
  else if (node.is("QuantizeLinear"))
    reg = emitQuantize(node);
  else if (node.is("DequantizeLinear"))
    reg = emitDequantize(node);
  else if (node.is("Pow"))
    reg = emitPow(node);
  else if (node.is("Max") || node.is("Min") || node.is("Sum") || node.is("Mean"))
    reg = emitVariadic(node);
  else if (node.is("Where"))
    reg = emit(node, Opcode::kWhere, laneOfValue(node, node.inputs[1]), 1, use(node.inputs[0]),
               use(node.inputs[1]), use(node.inputs[2]));
  else if (node.is("Mod"))
    reg = emit(node, node.attrs.integer("fmod", 0) ? Opcode::kFmod : Opcode::kMod,
               laneOfValue(node, node.inputs[0]), 20, use(node.inputs[0]), use(node.inputs[1]));
  else if (node.is("Gelu"))
    reg = emit(node, node.attrs.text("approximate", "none") == "tanh" ? Opcode::kGeluTanh : Opcode::kGelu,
               laneOfValue(node, node.inputs[0]), 12, use(node.inputs[0]));
  else if (const SimpleOp* row = findSimple(node.opName()))
    reg = emitSimple(node, *row);
  else
    refuse(node, "it has no instruction");
  regs_[node.outputs[0]] = reg;
}

}  // namespace

Program compilePointwise(std::span<const Node* const> nodes, std::span<const Value* const> inputs,
                         std::span<const Value* const> outputs) {
  Program program = Compiler().compile(nodes, inputs, outputs);
  for (const Node* n : nodes)
    for (const Value* v : n->inputs)
      if (v && hasLane(v->dtype))
        program.registerBytes = std::max(program.registerBytes, laneBytes(laneOf(v->dtype)));
  for (const auto& o : program.outputs)
    program.registerBytes = std::max(program.registerBytes, laneBytes(laneOf(o.type)));
  return program;
}

std::string refusesPointwise(const Node& node) {
  try {
    Compiler compiler;
    compiler.declareInputs(node);
    compiler.emitNode(node);
  } catch (const Error& e) {
    return e.what();
  }
  return "";
}

}  // namespace tenfold::cpu
