// Pieces of a launch's workspace.
#pragma once

#include "base/rounding.h"

namespace tenfold::cpu {

constexpr size_t kLineBytes = 64;  // of the cache; workspaces begin at a multiple of it

// Whole lines, so that what follows begins at one.
constexpr size_t wholeLines(size_t bytes) { return roundUp(bytes, kLineBytes); }

// Adds a piece to a workspace of so many bytes; returns where it begins.
inline size_t reserve(size_t& workspace, size_t bytes) {
  size_t at = workspace;
  workspace += wholeLines(bytes);
  return at;
}

}  // namespace tenfold::cpu
