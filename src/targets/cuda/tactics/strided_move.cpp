#include "targets/cuda/tactics/strided_move.h"

#include <algorithm>

#include "base/error.h"
#include "base/rounding.h"
#include "targets/cuda/tactics/strides.h"

namespace tenfold::cuda {
namespace {

constexpr int kWidest = 16;                    // bytes that a thread moves at once
constexpr int kLines = 3, kWidestInLines = 4;  // lines that are interleaved by vectors; bytes of an element
constexpr int64_t kShortestTile = 8;           // below this a transpose gains nothing from shared memory
constexpr unsigned kThreads = 256;             // kTransposeThreads of kernels/movement.cuh

// The structs of kernels/movement.cuh.
struct CopyParams {
  const void* from;
  void* to;
  MoveAxes axes;
};
struct InterleaveParams {
  const void* from;
  void* to;
  MoveAxes axes;
  int32_t few, stride;
};
struct TransposeParams {
  const void* from;
  void* to;
  MoveAxes batch;
  uint32_t rows, columns;
  int32_t rowStride, columnStride;
  FastDivisor tilesAcross, tilesOfBatch;
};

int64_t tileSide(int bytes) { return bytes <= 2 ? 64 : 32; }
// Elements that a transpose can move at once: 8 bytes.
int64_t severalOf(int bytes) { return 8 / bytes; }

}  // namespace

void MoveAxes::append(int64_t n, int64_t fromStride, int64_t toStride) {
  if (rank == kMoveAxes) fail(ErrorKind::kUnsupported, "more than {} axes remain to be moved", kMoveAxes);
  extent[rank] = FastDivisor(static_cast<uint32_t>(n));
  from[rank] = static_cast<int32_t>(fromStride);
  to[rank] = static_cast<int32_t>(toStride);
  count *= static_cast<uint32_t>(n);
  ++rank;
}

StridedMove::StridedMove(int elementBytes, const Shape& dims, const Shape& fromStrides,
                         const Shape& toStrides, int64_t fromOffset, int64_t toOffset)
    : bytes_(elementBytes), count_(dims.numel()), fromOffset_(fromOffset), toOffset_(toOffset) {
  if (count_ == 0) return;
  collapse(dims, fromStrides, toStrides);
  across_ = fastestOfSource();
  bool exchanges =
      across_ + 1 < axes_.size() && axes_.back().to == 1 && axes_[across_].extent >= kShortestTile;
  if (exchanges) kind_ = axes_.back().extent >= kShortestTile ? Kind::kTranspose : Kind::kInterleave;
  several_ = kind_ == Kind::kTranspose ? movesSeveral() : kind_ == Kind::kInterleave ? movesLines() : false;
  if (kind_ == Kind::kCopy) widen();
  for (size_t i = 0; i < axes_.size(); ++i) {
    bool leftOut = kind_ == Kind::kTranspose    ? i == across_ || i + 1 == axes_.size()
                   : kind_ == Kind::kInterleave ? i + 1 == axes_.size()
                                                : false;
    if (!leftOut) packed_.append(axes_[i].extent, axes_[i].from, axes_[i].to);
  }
}

// Whether three lines, as images have them, can be interleaved by vectors.
bool StridedMove::movesLines() const {
  const Axis &few = axes_.back(), &line = axes_[axes_.size() - 2];
  int64_t width = kWidest / bytes_;
  auto fits = [&](int64_t n) { return n % width == 0; };
  if (bytes_ > kWidestInLines || few.extent != kLines || line.from != 1 || line.to != kLines ||
      !fits(few.from) || !fits(line.extent))
    return false;
  return std::all_of(axes_.begin(), axes_.end() - 2,
                     [&](const Axis& a) { return fits(a.from) && fits(a.to); });
}

// Whether everything in a transpose comes in multiples of its width.
bool StridedMove::movesSeveral() const {
  int64_t width = severalOf(bytes_);
  auto fits = [&](int64_t n) { return n % width == 0; };
  for (size_t i = 0; i < axes_.size(); ++i) {
    const Axis& a = axes_[i];
    if (i == across_            ? !fits(a.extent) || !fits(a.to)
        : i + 1 == axes_.size() ? !fits(a.extent) || !fits(a.from)
                                : !fits(a.from) || !fits(a.to))
      return false;
  }
  return width > 1 && fits(fromOffset_) && fits(toOffset_);
}

// Drops axes of one element, orders the rest by the target and joins neighbours that step alike.
void StridedMove::collapse(const Shape& dims, const Shape& fromStrides, const Shape& toStrides) {
  std::vector<Axis> all;
  for (int d = 0; d < dims.rank(); ++d)
    if (dims[d] != 1) all.push_back({dims[d], fromStrides[d], toStrides[d]});
  std::stable_sort(all.begin(), all.end(), [](const Axis& a, const Axis& b) { return a.to > b.to; });
  for (const Axis& a : all) {
    bool joins =
        !axes_.empty() && axes_.back().from == a.from * a.extent && axes_.back().to == a.to * a.extent;
    if (joins)
      axes_.back() = {axes_.back().extent * a.extent, a.from, a.to};
    else
      axes_.push_back(a);
  }
  if (axes_.empty()) axes_.push_back({1, 1, 1});
}

size_t StridedMove::fastestOfSource() const {
  auto it = std::find_if(axes_.begin(), axes_.end(), [](const Axis& a) { return a.from == 1; });
  return it == axes_.end() ? axes_.size() - 1 : static_cast<size_t>(it - axes_.begin());
}

// Takes two elements as one as long as both sides stay aligned.
void StridedMove::widen() {
  auto even = [](int64_t n) { return n % 2 == 0; };
  while (bytes_ < kWidest && axes_.back().from == 1 && axes_.back().to == 1 && even(axes_.back().extent) &&
         even(fromOffset_) && even(toOffset_) &&
         std::all_of(axes_.begin(), axes_.end() - 1,
                     [&](const Axis& a) { return even(a.from) && even(a.to); })) {
    bytes_ *= 2;
    fromOffset_ /= 2;
    toOffset_ /= 2;
    axes_.back().extent /= 2;
    for (size_t i = 0; i + 1 < axes_.size(); ++i) axes_[i].from /= 2, axes_[i].to /= 2;
  }
}

void StridedMove::run(const Module& module, const void* from, void* to, void* stream) const {
  if (count_ == 0) return;
  const char* source = static_cast<const char*>(from) + fromOffset_ * bytes_;
  char* target = static_cast<char*>(to) + toOffset_ * bytes_;
  if (kind_ == Kind::kTranspose)
    runTranspose(module, source, target, stream);
  else if (kind_ == Kind::kInterleave)
    runInterleave(module, source, target, stream);
  else
    runCopy(module, source, target, stream);
}

void StridedMove::runInterleave(const Module& module, const char* from, char* to, void* stream) const {
  InterleaveParams params{from, to, packed_, static_cast<int32_t>(axes_.back().extent),
                          static_cast<int32_t>(axes_.back().from)};
  void* parameters[] = {&params};
  auto aligned = [&](const void* p) { return reinterpret_cast<uintptr_t>(p) % kWidest == 0; };
  bool lines = several_ && aligned(from) && aligned(to);
  uint32_t each = lines ? kWidest / bytes_ : 1;
  Grid grid{{blocksFor(packed_.count / each, kThreads), 1, 1}, kThreads, 0};
  launch(module.function(fmt::format("{}{}", lines ? "lines" : "interleave", bytes_).c_str()), grid,
         parameters, stream);
}

void StridedMove::runCopy(const Module& module, const char* from, char* to, void* stream) const {
  CopyParams params{from, to, packed_};
  void* parameters[] = {&params};
  Grid grid{{blocksFor(packed_.count, kThreads), 1, 1}, kThreads, 0};
  launch(module.function(fmt::format("copy{}", bytes_).c_str()), grid, parameters, stream);
}

void StridedMove::runTranspose(const Module& module, const char* from, char* to, void* stream) const {
  const Axis &columns = axes_[across_], &rows = axes_.back();
  int64_t side = tileSide(bytes_), across = ceilDiv(columns.extent, side), down = ceilDiv(rows.extent, side);
  TransposeParams params{from,
                         to,
                         packed_,
                         static_cast<uint32_t>(rows.extent),
                         static_cast<uint32_t>(columns.extent),
                         static_cast<int32_t>(rows.from),
                         static_cast<int32_t>(columns.to),
                         FastDivisor(static_cast<uint32_t>(across)),
                         FastDivisor(static_cast<uint32_t>(across * down))};
  void* parameters[] = {&params};
  Grid grid{{static_cast<unsigned>(across * down * packed_.count), 1, 1}, kThreads, 0};
  auto aligned = [&](const void* p) { return reinterpret_cast<uintptr_t>(p) % 8 == 0; };
  bool several = several_ && aligned(from) && aligned(to);
  launch(module.function(fmt::format("{}{}", several ? "several" : "transpose", bytes_).c_str()), grid,
         parameters, stream);
}

std::string moveCode() {
  std::string code = "#include \"movement.cuh\"\n";
  auto add = [&](const char* name, int bytes, const char* params, const std::string& function) {
    code += fmt::format(
        "extern \"C\" __global__ void __launch_bounds__(256) {}{}(const __grid_constant__ {} p) {{ {}(p); "
        "}}\n",
        name, bytes, params, function);
  };
  for (int bytes : {1, 2, 4, 8, 16}) {
    std::string type = bytes == 16 ? "Vector<u64, 2>" : bytesType(bytes);
    add("copy", bytes, "StridedCopy", fmt::format("copyStrided<{}>", type));
    if (bytes == 16) continue;
    add("interleave", bytes, "Interleaving", fmt::format("interleave<{}>", type));
    if (bytes <= kWidestInLines)
      add("lines", bytes, "Interleaving", fmt::format("interleaveLines<{}, {}>", type, kLines));
    add("transpose", bytes, "TiledTranspose",
        fmt::format("transposeTiled<{}, {}, 1>", type, tileSide(bytes)));
    if (severalOf(bytes) > 1)
      add("several", bytes, "TiledTranspose",
          fmt::format("transposeTiled<{}, {}, {}>", type, tileSide(bytes), severalOf(bytes)));
  }
  return code;
}

}  // namespace tenfold::cuda
