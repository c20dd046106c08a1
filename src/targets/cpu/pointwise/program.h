// The bytecode of a pointwise region: straight-line code over registers, each of which holds a tile of
// elements. Compiled from the region's nodes, run by Loop (loop.h).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "graph/ir/graph.h"

namespace tenfold::cpu {

// How a register's elements are computed with. Memory types map onto these: f16 and bf16 compute in f32,
// integers up to 32 bits and bool in i32, u32 and i64 in i64.
enum class Lane : uint8_t { kF32, kI32, kI64, kF64 };
inline int laneBytes(Lane lane) { return lane == Lane::kF32 || lane == Lane::kI32 ? 4 : 8; }

enum class Opcode : uint8_t {
#define OP(NAME) k##NAME,
#include "targets/cpu/pointwise/opcodes.inc"
#undef OP
};

// dst = op(a, b, c) over n elements; `imm` are the operator's constants. dst may be a, b or c.
using VectorFunction = void (*)(void* dst, const void* a, const void* b, const void* c, const float* imm,
                                int64_t n);
// Null where the operator does not exist for that kind of element.
VectorFunction vectorFunction(Opcode op, Lane lane);
// Conversion between lanes; null where they are equal. dst must not overlap a.
VectorFunction convertFunction(Lane from, Lane to);

// Moves between memory of any supported type and a register; `stride` in elements.
using LoadFunction = void (*)(void* reg, const void* memory, int64_t stride, int64_t n);
using StoreFunction = void (*)(void* memory, const void* reg, int64_t stride, int64_t n);
LoadFunction loadFunction(DataType type);
StoreFunction storeFunction(DataType type);
// False for the types that registers cannot hold (u64, strings, complex, 8-bit floats, ...).
bool hasLane(DataType type);
Lane laneOf(DataType type);

struct Instruction {
  VectorFunction run;
  int dst, a, b = -1, c = -1;  // registers
  float imm[2] = {};
};

struct Program {
  struct Operand {
    DataType type;
    int reg;
  };
  struct Constant {
    int reg;
    Lane lane;
    double value;
    int64_t integer;
  };
  std::vector<Operand> inputs, outputs;
  std::vector<Constant> constants;
  std::vector<Instruction> code;
  int registers = 0;
  int registerBytes = 4;  // of one element, the widest lane in use
  double cost = 0;        // rough, in additions per element

  bool isCopy() const { return code.empty(); }
};

// Compiles nodes (in order; every node pointwise) that compute `outputs` from `inputs`. Values that are
// neither inputs nor computed by the nodes must be constants of one element. Nodes that no output needs are
// left out. Throws Error (kUnsupported) with the reason where that cannot be done.
Program compilePointwise(std::span<const Node* const> nodes, std::span<const Value* const> inputs,
                         std::span<const Value* const> outputs);
// Why compilePointwise would throw for this node, or empty.
std::string refusesPointwise(const Node& node);

}  // namespace tenfold::cpu
