# The CUDA target: a library of its own that is loaded when it is wanted. It needs CUDA's headers to be built and
# links none of its libraries. Without the headers it is left out.
find_path(cuda_include cuda.h PATHS /usr/local/cuda/include ENV CUDA_HOME PATH_SUFFIXES include)
find_path(nvrtc_include nvrtc.h PATHS ${cuda_include} NO_DEFAULT_PATH)
if(NOT cuda_include OR NOT nvrtc_include)
  message(STATUS "No CUDA headers: the CUDA target is left out")
  return()
endif()

# The device templates as strings: NVRTC reads them from the library.
file(GLOB device_sources CONFIGURE_DEPENDS src/targets/cuda/kernels/*.cuh)
set(embedded ${generated_dir}/device_sources.cpp)
add_custom_command(OUTPUT ${embedded}
  COMMAND ${CMAKE_COMMAND} "-DSOURCES=${device_sources}" -DOUTPUT=${embedded} -P ${CMAKE_SOURCE_DIR}/cmake/embed.cmake
  DEPENDS ${device_sources} ${CMAKE_SOURCE_DIR}/cmake/embed.cmake VERBATIM)

file(GLOB_RECURSE cuda_sources CONFIGURE_DEPENDS src/targets/cuda/*.cpp)
# cuDNN's headers come in a package of their own; without them its tactics are left out.
find_path(cudnn_include cudnn_graph.h PATHS ${cuda_include} ENV CUDNN_HOME PATH_SUFFIXES include)
if(NOT cudnn_include)
  message(STATUS "No cuDNN headers: its tactics are left out")
  list(FILTER cuda_sources EXCLUDE REGEX "src/targets/cuda/.*cudnn")
endif()
add_library(tenfold_cuda SHARED ${cuda_sources} ${embedded})
set_target_properties(tenfold_cuda PROPERTIES VERSION ${PROJECT_VERSION} SOVERSION 10)
target_include_directories(tenfold_cuda PRIVATE ${CMAKE_SOURCE_DIR}/src)
target_include_directories(tenfold_cuda SYSTEM PRIVATE ${cuda_include})
if(cudnn_include)
  target_include_directories(tenfold_cuda SYSTEM PRIVATE ${cudnn_include})
  target_compile_definitions(tenfold_cuda PRIVATE TENFOLD_CUDNN)
endif()
target_link_libraries(tenfold_cuda PRIVATE tenfold_core)
precompile_headers(tenfold_cuda)
target_link_options(tenfold_cuda PRIVATE -Wl,--exclude-libs,ALL -Wl,--gc-sections)
set(TENFOLD_CUDA ON)
