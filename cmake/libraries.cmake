# The libraries. Everything behind the API is compiled once and linked twice: as the static library tenfold_core,
# which tests and the program tenfold use, and as libnvinfer.so.10, which exports the interface alone. The parser's
# and the plugins' libraries are thin: they reach the core through libnvinfer.so's few symbols that begin with tenfold.
file(GLOB_RECURSE core_sources CONFIGURE_DEPENDS src/*.cpp)
list(FILTER core_sources EXCLUDE REGEX "src/(targets/cuda|api/(onnx|plugin)_library)/.*")
add_library(tenfold_objects OBJECT ${core_sources})
target_include_directories(tenfold_objects PUBLIC
  ${CMAKE_SOURCE_DIR}/src ${CMAKE_SOURCE_DIR}/include ${generated_dir})
target_compile_definitions(tenfold_objects PRIVATE TENSORRT_BUILD_LIB)
# The interface's deprecated parts must be implemented as well.
file(GLOB_RECURSE interface_sources src/api/*.cpp src/plugin/*.cpp)
set_source_files_properties(${interface_sources} PROPERTIES COMPILE_OPTIONS -Wno-deprecated-declarations)
target_link_libraries(tenfold_objects PUBLIC tenfold_dependencies)
add_dependencies(tenfold_objects tenfold_generated)
precompile_headers(tenfold_objects)

add_library(tenfold_core STATIC $<TARGET_OBJECTS:tenfold_objects>)
target_include_directories(tenfold_core PUBLIC
  ${CMAKE_SOURCE_DIR}/src ${CMAKE_SOURCE_DIR}/include ${generated_dir})
target_link_libraries(tenfold_core PUBLIC tenfold_dependencies)

# add_shared_library(NAME EXPORTS SOURCES...): libNAME.so.10 with the symbols that the version script names.
function(add_shared_library name exports)
  add_library(${name} SHARED ${ARGN})
  set(script ${CMAKE_SOURCE_DIR}/cmake/exports/${exports}.map)
  set_target_properties(${name} PROPERTIES VERSION ${PROJECT_VERSION} SOVERSION 10 LINK_DEPENDS ${script})
  target_include_directories(${name} INTERFACE
    $<BUILD_INTERFACE:${CMAKE_SOURCE_DIR}/include> $<INSTALL_INTERFACE:include>)
  # Static libraries stay hidden, so that a program may use another version of them.
  target_link_options(${name} PRIVATE
    -Wl,--version-script=${script} -Wl,--exclude-libs,ALL -Wl,--gc-sections)
  if(NOT TENFOLD_SANITIZE)  # a sanitizer's own symbols are the program's to define
    target_link_options(${name} PRIVATE -Wl,--no-undefined)
  endif()
endfunction()

add_shared_library(nvinfer nvinfer $<TARGET_OBJECTS:tenfold_objects>)
target_link_libraries(nvinfer PRIVATE tenfold_dependencies)

foreach(pair "nvonnxparser onnx" "nvinfer_plugin plugin")
  separate_arguments(pair)
  list(GET pair 0 library)
  list(GET pair 1 folder)
  file(GLOB thin_sources CONFIGURE_DEPENDS src/api/${folder}_library/*.cpp)
  if(thin_sources)
    add_shared_library(${library} ${library} ${thin_sources})
    target_compile_definitions(${library} PRIVATE TENSORRT_BUILD_LIB)
    target_include_directories(${library} PRIVATE ${CMAKE_SOURCE_DIR}/src)
    target_link_libraries(${library} PUBLIC nvinfer)
  endif()
endforeach()

# build/lib is complete: a oneDNN that does not come from the system lies beside our libraries.
get_target_property(dnnl_file DNNL::dnnl LOCATION)
cmake_path(IS_PREFIX TENFOLD_DEPS ${dnnl_file} dnnl_is_bundled)
if(dnnl_is_bundled)
  cmake_path(GET dnnl_file PARENT_PATH dnnl_folder)
  file(COPY ${dnnl_folder}/libdnnl.so.3 DESTINATION ${CMAKE_LIBRARY_OUTPUT_DIRECTORY} FOLLOW_SYMLINK_CHAIN)
endif()
