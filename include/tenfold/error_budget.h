// SPDX-License-Identifier: Apache-2.0
// How much a network may lose in 16-bit floats.
//
// A network that is built with BuilderFlag::kFP16 or kBF16 and a budget is run while it is built, in 32 bits
// and in
// 16. Layers whose results overflow, or differ by more than the budget, are kept in bfloat16 or in 32 bits;
// so are those that add most where the outputs differ by more. The builder's log and the engine inspector's
// JSON
// ("ErrorBudget") name them.
#ifndef TENFOLD_ERROR_BUDGET_H_
#define TENFOLD_ERROR_BUDGET_H_

#include <cstdint>

#include "macros.h"

namespace nvinfer1 {
class IBuilderConfig;
}  // namespace nvinfer1

//! Sets the largest error of a layer and of the network's outputs: the root of the mean square of the
//! differences from 32 bits, in units of that of the values; 0.01 is one percent. 0, the default, is no
//! budget. Returns false for a negative one and for a configuration of another library.
extern "C" TENSORRTAPI bool tenfoldSetErrorBudget(nvinfer1::IBuilderConfig* config, double budget) noexcept;

//! Gives the values of a network input that errors are measured with, copied from `data`: dense, of the
//! input's type, at the first profile's optimal shape (else the network's). Inputs without are random.
//! Returns false where an argument is not valid; a number of bytes that does not fit is an error of the
//! build.
extern "C" TENSORRTAPI bool tenfoldSetErrorBudgetInput(nvinfer1::IBuilderConfig* config, const char* name,
                                                       const void* data, int64_t bytes) noexcept;

#endif  // TENFOLD_ERROR_BUDGET_H_
