// The tables of rules, each in a file of its own; the pipeline runs each as a pass.
#pragma once

#include "optimize/rules/rule.h"

namespace tenfold {

std::span<const Rule> algebraRules();        // arithmetic with constants, double negation, small powers
std::span<const Rule> movementRules();       // views of views, copies of everything, casts there and back
std::span<const Rule> lookupRules();         // arithmetic on tables of constants after rows are taken
std::span<const Rule> batchNormRules();      // batch normalization as a product and a sum
std::span<const Rule> weightRules();         // products and sums with constants, and pads, into weights
std::span<const Rule> activationRules();     // Gelu, Swish, HardSwish, HardSigmoid, Mish, ...
std::span<const Rule> softmaxRules();        // Softmax and LogSoftmax
std::span<const Rule> normalizationRules();  // Layer-, RMS-, Instance- and GroupNormalization
std::span<const Rule> attentionRules();      // Attention from two products and a Softmax
std::span<const Rule> productRules();        // transposes and flattened rows around matrix products
std::span<const Rule> reductionRules();      // reductions over all spatial axes as poolings

}  // namespace tenfold
