# Every library that is not ours, behind one interface target `tenfold_dependencies`, and what is generated at
# build time (protobuf and FlatBuffers readers), behind `tenfold_generated`.
set(TENFOLD_DEPS ${CMAKE_SOURCE_DIR}/.deps CACHE PATH "Where ./dev put the packages that come from PyPI")
set(generated_dir ${CMAKE_BINARY_DIR}/generated)
file(MAKE_DIRECTORY ${generated_dir})

find_package(fmt REQUIRED)
find_package(OpenMP REQUIRED COMPONENTS CXX)
find_package(Threads REQUIRED)
find_library(xxhash_library NAMES xxhash REQUIRED)
find_library(hwy_library NAMES hwy REQUIRED)
find_path(flatbuffers_include flatbuffers/flatbuffers.h REQUIRED)
find_program(flatc_program flatc REQUIRED)
find_library(protobuf_library NAMES protobuf-lite REQUIRED)
find_program(protoc_program protoc REQUIRED)
# The oneDNN that ./dev fetched, else the system's.
find_package(dnnl 3.2 CONFIG QUIET PATHS ${TENFOLD_DEPS}/onednn NO_DEFAULT_PATH)
find_package(dnnl 3.2 CONFIG REQUIRED)

add_library(tenfold_dependencies INTERFACE)
target_link_libraries(tenfold_dependencies INTERFACE fmt::fmt DNNL::dnnl OpenMP::OpenMP_CXX Threads::Threads
  ${protobuf_library} ${xxhash_library} ${hwy_library} ${CMAKE_DL_LIBS})

add_custom_target(tenfold_generated)
file(GLOB schemas CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/plan/format/*.fbs)
foreach(schema ${schemas})
  get_filename_component(stem ${schema} NAME_WE)
  add_custom_command(OUTPUT ${generated_dir}/${stem}_generated.h
    COMMAND ${flatc_program} --cpp --scoped-enums --gen-object-api -o ${generated_dir} ${schema}
    DEPENDS ${schema})
  add_custom_target(generate_${stem} DEPENDS ${generated_dir}/${stem}_generated.h)
  add_dependencies(tenfold_generated generate_${stem})
endforeach()

# onnx.proto comes from the PyPI package onnx; the reader is generated, the file is not committed. It is the lite form,
# which registers no descriptors: a program that reads ONNX files itself, through the same libprotobuf, is not disturbed.
# (libprotobuf is a shared library, because the archive that Debian has is not position-independent.)
set(onnx_proto ${TENFOLD_DEPS}/onnx/onnx.proto)
if(NOT EXISTS ${onnx_proto})
  message(FATAL_ERROR "${onnx_proto} is missing: run ./dev setup")
endif()
add_custom_command(OUTPUT ${generated_dir}/onnx.pb.cc ${generated_dir}/onnx.pb.h
  COMMAND ${protoc_program} --cpp_out=lite:${generated_dir} -I${TENFOLD_DEPS}/onnx ${onnx_proto}
  DEPENDS ${onnx_proto})
add_library(tenfold_onnx_proto STATIC ${generated_dir}/onnx.pb.cc)
target_include_directories(tenfold_onnx_proto PUBLIC ${generated_dir})
target_link_libraries(tenfold_onnx_proto PUBLIC ${protobuf_library})
target_compile_options(tenfold_onnx_proto PRIVATE -w)
add_custom_target(generate_onnx DEPENDS ${generated_dir}/onnx.pb.h)
add_dependencies(tenfold_generated generate_onnx)
target_link_libraries(tenfold_dependencies INTERFACE tenfold_onnx_proto)
