// SPDX-License-Identifier: Apache-2.0
// The binary interface between a program and the library.
//
// Classes that the library hands out (the handles: IBuilder, ILayer, ICudaEngine ...) carry a pointer to an
// object of a class in nvinfer1::apiv. Their methods are inline and call one virtual method of that object,
// so a program depends on the order of the virtual methods below and on nothing else. The order is fixed;
// what each method means is said at the handle's method of the same name.
#ifndef NV_INFER_IMPL_H
#define NV_INFER_IMPL_H

#include "tenfold/abi/builder.h"
#include "tenfold/abi/control_flow.h"
#include "tenfold/abi/convolution.h"
#include "tenfold/abi/engine.h"
#include "tenfold/abi/forward.h"
#include "tenfold/abi/layer.h"
#include "tenfold/abi/network_definition.h"
#include "tenfold/abi/reduction.h"
#include "tenfold/abi/runtime.h"
#include "tenfold/abi/shape.h"

#endif  // NV_INFER_IMPL_H
