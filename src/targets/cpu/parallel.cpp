#include "targets/cpu/parallel.h"

namespace tenfold::cpu {

int threadLimit() {
  static const int limit = omp_get_max_threads();
  return limit;
}

}  // namespace tenfold::cpu
