# `cmake --install build --prefix DIR`: libraries, programs and headers, with what CMake (find_package(Tenfold), or
# find_package(TensorRT) in a project written for it) and pkg-config (tenfold, nvinfer) need to find them.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(installed nvinfer)
foreach(target nvonnxparser nvinfer_plugin)
  if(TARGET ${target})
    list(APPEND installed ${target})
  endif()
endforeach()
install(TARGETS ${installed} EXPORT TenfoldTargets LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
if(dnnl_is_bundled)
  install(FILES ${CMAKE_LIBRARY_OUTPUT_DIRECTORY}/libdnnl.so.3 DESTINATION ${CMAKE_INSTALL_LIBDIR}
    PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
endif()

foreach(package Tenfold TensorRT)
  set(folder ${CMAKE_INSTALL_LIBDIR}/cmake/${package})
  configure_package_config_file(cmake/package/${package}Config.cmake.in
    ${CMAKE_BINARY_DIR}/package/${package}Config.cmake INSTALL_DESTINATION ${folder}
    PATH_VARS CMAKE_INSTALL_INCLUDEDIR)
  write_basic_package_version_file(${CMAKE_BINARY_DIR}/package/${package}ConfigVersion.cmake
    COMPATIBILITY SameMajorVersion)
  install(FILES ${CMAKE_BINARY_DIR}/package/${package}Config.cmake
    ${CMAKE_BINARY_DIR}/package/${package}ConfigVersion.cmake DESTINATION ${folder})
endforeach()
install(EXPORT TenfoldTargets NAMESPACE Tenfold:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/Tenfold)

list(TRANSFORM installed PREPEND "-l" OUTPUT_VARIABLE pc_libraries)
list(JOIN pc_libraries " " pc_libraries)
foreach(name tenfold nvinfer)
  configure_file(cmake/package/tenfold.pc.in ${CMAKE_BINARY_DIR}/package/${name}.pc @ONLY)
  install(FILES ${CMAKE_BINARY_DIR}/package/${name}.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endforeach()
