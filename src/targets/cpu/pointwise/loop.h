// Runs a pointwise program over an iteration space: dimensions whose operands lie in memory by strides.
// Dimensions are collapsed, tiles of a few hundred elements stay in the first-level cache, and operands that
// are contiguous and of the register's type are used in place.
#pragma once

#include "targets/cpu/pointwise/program.h"

namespace tenfold::cpu {

class Loop {
 public:
  // `strides`: one entry for each input, then each output: element strides along `dims`. An empty Shape where
  // `dims` is not empty means a local buffer: element i of run(from, ...) lies at i - from. `local` marks
  // them.
  struct Operand {
    Shape strides;
    bool local = false;
  };
  Loop(Program program, const Shape& dims, std::vector<Operand> operands);

  int64_t size() const { return size_; }
  double cost() const { return program_.cost + static_cast<double>(operands_.size()); }
  // Elements that one thread should have at least.
  int64_t grain() const;
  size_t scratchBytes() const { return scratchBytes_; }  // of each thread

  // Elements [from, to) of the row-major iteration space. `memory`: the operands' first elements, inputs then
  // outputs. An output may be the same memory as an input with the same strides.
  void run(int64_t from, int64_t to, void* const* memory, void* scratch) const;

 private:
  enum class Access : uint8_t { kUnused, kScalar, kFlat, kStrided };
  struct Bound {
    int reg = -1;
    DataType type{};
    Access access{};
    bool inPlace = false;  // memory elements are register elements
    bool direct = false;   // (outputs) may be written before all inputs are read
    bool local = false;
    int elementBytes = 0;
    LoadFunction load = nullptr;
    StoreFunction store = nullptr;
    Shape strides;  // collapsed
  };
  struct Tile;
  void collapse(const Shape& dims, std::vector<Operand>& operands);
  void bind(std::vector<Operand>& operands);
  int64_t tileEnd(int64_t at, int64_t to) const;
  int64_t rowOffset(const Bound& b, int64_t row) const;
  void moveRows(const Bound& b, const Tile& tile, char* memory, char* reg, bool in) const;
  char* pointTo(const Bound& b, const Tile& tile, char* memory) const;

  Program program_;
  Shape dims_;
  int64_t size_ = 0;
  std::vector<Bound> operands_;
  size_t inputs_ = 0, scratchBytes_ = 0;
};

}  // namespace tenfold::cpu
