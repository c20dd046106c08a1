// SPDX-License-Identifier: Apache-2.0
// Macros of TensorRT 7 and 8.
#ifndef TENFOLD_LEGACY_MACROS_H_
#define TENFOLD_LEGACY_MACROS_H_

#ifndef TENFOLD_NO_LEGACY_API

// Version of the shared libraries' names.
#define NV_TENSORRT_SONAME_MAJOR NV_TENSORRT_MAJOR
#define NV_TENSORRT_SONAME_MINOR NV_TENSORRT_MINOR
#define NV_TENSORRT_SONAME_PATCH NV_TENSORRT_PATCH

// Spellings from the time before C++11.
#define _TENSORRT_FINAL final
#define _TENSORRT_OVERRIDE override

#endif  // TENFOLD_NO_LEGACY_API

#endif  // TENFOLD_LEGACY_MACROS_H_
