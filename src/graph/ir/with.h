// Attributes of a node that has one.
#pragma once

#include "graph/ir/attributes.h"

namespace tenfold {

inline Attributes with(const char* name, Attribute value) {
  Attributes attrs;
  attrs.set(name, std::move(value));
  return attrs;
}

}  // namespace tenfold
