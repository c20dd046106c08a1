# The standard library's headers that most files include, parsed once for each library. Files include what they use all
# the same: sanitized and debug trees, which precompile nothing, see to that.
option(TENFOLD_PRECOMPILE "Precompile the standard library's headers" ON)

# precompile_headers(TARGET [HEADER...]): the headers in <>, beside the usual ones.
function(precompile_headers target)
  if(NOT TENFOLD_PRECOMPILE OR TENFOLD_SANITIZE OR CMAKE_BUILD_TYPE STREQUAL "Debug")
    return()
  endif()
  target_precompile_headers(${target} PRIVATE <algorithm> <array> <cmath> <functional> <map> <memory> <optional> <set>
    <span> <string> <string_view> <unordered_map> <utility> <vector> <fmt/core.h> ${ARGN})
  # ccache wants to see what was precompiled, and that no time stamp is in it.
  target_compile_options(${target} PRIVATE
    $<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess> "$<$<CXX_COMPILER_ID:Clang>:SHELL:-Xclang -fno-pch-timestamp>")
endfunction()
