// Which instruction sets Highway compiles for. Include instead of hwy/foreach_target.h's own settings: before
// it, after HWY_TARGET_INCLUDE. One binary serves every x86-64: AVX-512, AVX2, and a portable baseline.
#ifndef TENFOLD_TARGETS_CPU_SIMD_H_
#define TENFOLD_TARGETS_CPU_SIMD_H_
#include <hwy/detect_targets.h>
#undef HWY_DISABLED_TARGETS
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SSE4 | HWY_AVX3_DL)
#endif
