# Compiler flags, ccache and where things go.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib)
set(CMAKE_ARCHIVE_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
# Libraries and programs find each other wherever the two folders lib and bin are moved.
set(CMAKE_INSTALL_RPATH "$ORIGIN;$ORIGIN/../lib")
set(CMAKE_BUILD_WITH_INSTALL_RPATH ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Release, Debug, or another of CMake's build types" FORCE)
endif()
# No flag names a processor: the vector code and oneDNN choose their instructions at run time.
set(CMAKE_CXX_FLAGS_RELEASE "-O2")
set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g")
add_compile_options(-Wall -Wextra -Wno-missing-field-initializers)

option(TENFOLD_CCACHE "Use ccache where it is installed" ON)
find_program(ccache_program ccache)
if(TENFOLD_CCACHE AND ccache_program)
  # Paths relative to the tree let several checkouts share one cache.
  set(launcher ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1
    CCACHE_SLOPPINESS=pch_defines,time_macros ${ccache_program})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
  set(CMAKE_C_COMPILER_LAUNCHER ${launcher})
endif()
find_program(mold_program mold)
if(mold_program)
  add_link_options(-fuse-ld=mold)
endif()

set(TENFOLD_SANITIZE "" CACHE STRING "Sanitizers to build with, e.g. address,undefined or thread")
option(TENFOLD_FUZZ "Build the programs of tests/fuzz (Clang only)" OFF)
if(TENFOLD_SANITIZE)
  add_compile_options(-fsanitize=${TENFOLD_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer -O1 -g1)
  add_link_options(-fsanitize=${TENFOLD_SANITIZE})
  # Vector code for the compiler's own instruction set alone: sanitized, each further one takes minutes to compile.
  add_compile_definitions(HWY_COMPILE_ONLY_STATIC)
endif()
if(TENFOLD_FUZZ)
  # Three checks are a quarter of the time to compile, and AddressSanitizer sees most of what they would find.
  add_compile_options(-fno-sanitize=null,object-size,vptr -fsanitize=fuzzer-no-link)
endif()

# light_when_sanitized(TARGET): tests and programs are most of what a sanitized tree compiles, and the findings are in
# what they call. They keep the address or thread sanitizer, which sees their buffers, and are not optimized.
function(light_when_sanitized target)
  if(TENFOLD_SANITIZE)
    target_compile_options(${target} PRIVATE -fno-sanitize=undefined,fuzzer-no-link -O0)
  endif()
endfunction()
