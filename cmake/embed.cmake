# Writes the files of SOURCES into a C++ file as strings: the table of src/targets/cuda/jit/sources.h.
set(rows "")
foreach(source ${SOURCES})
  file(READ ${source} text)
  cmake_path(GET source FILENAME name)
  string(APPEND rows "    {\"${name}\", R\"cuda(${text})cuda\"},\n")
endforeach()
file(WRITE ${OUTPUT} "#include \"targets/cuda/jit/sources.h\"

namespace tenfold::cuda {

std::span<const DeviceSource> deviceSources() {
  static constexpr DeviceSource kSources[] = {
${rows}  };
  return kSources;
}

}  // namespace tenfold::cuda
")
