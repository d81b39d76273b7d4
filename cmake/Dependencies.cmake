# Every outside library, found once. A folder names those that it uses in its own CMakeLists.txt.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(CLI11 REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(Boost REQUIRED)

function(trigloop_pkg name module)
  pkg_check_modules(${name} REQUIRED IMPORTED_TARGET ${module})
  add_library(dep::${name} ALIAS PkgConfig::${name})
endfunction()
trigloop_pkg(deflate libdeflate)
trigloop_pkg(zlib zlib)
trigloop_pkg(zstd libzstd)
trigloop_pkg(lz4 liblz4)
trigloop_pkg(lzma liblzma)
trigloop_pkg(xxhash libxxhash)
trigloop_pkg(blosc blosc)
trigloop_pkg(sqlite sqlite3)
trigloop_pkg(httplib cpp-httplib)

# Of Highway the headers do: src/core/vector_targets.cpp says why.
pkg_check_modules(hwy REQUIRED libhwy)
add_library(dep_hwy INTERFACE)
target_include_directories(dep_hwy SYSTEM INTERFACE ${hwy_INCLUDE_DIRS})
target_compile_options(dep_hwy INTERFACE ${hwy_CFLAGS_OTHER})
add_library(dep::hwy ALIAS dep_hwy)

# Debian's shared HDF5 brings libcurl, for files in S3, and 30 libraries with it: half of what a start of the program
# takes. The archive brings only what is called. Where there is none, the shared one does.
pkg_check_modules(hdf5 REQUIRED IMPORTED_TARGET hdf5)
find_library(HDF5_ARCHIVE libhdf5_serial.a)
find_library(SZIP_ARCHIVE libsz.a)
find_library(AEC_ARCHIVE libaec.a)
if(HDF5_ARCHIVE AND SZIP_ARCHIVE AND AEC_ARCHIVE)
  add_library(dep_hdf5 STATIC IMPORTED)
  set_target_properties(dep_hdf5 PROPERTIES
    IMPORTED_LOCATION ${HDF5_ARCHIVE}
    INTERFACE_INCLUDE_DIRECTORIES "${hdf5_INCLUDE_DIRS}"
    INTERFACE_LINK_LIBRARIES "${SZIP_ARCHIVE};${AEC_ARCHIVE};dep::zlib;${CMAKE_DL_LIBS};m")
  add_library(dep::hdf5 ALIAS dep_hdf5)
else()
  add_library(dep::hdf5 ALIAS PkgConfig::hdf5)
endif()

# Debian's ONNX package has no version file and calls its libraries by plain names.
find_library(ONNX_PROTO_LIBRARY onnx_proto REQUIRED)
find_package(Protobuf REQUIRED)
add_library(dep_onnx INTERFACE)
target_compile_definitions(dep_onnx INTERFACE ONNX_NAMESPACE=onnx ONNX_ML=1)
target_link_libraries(dep_onnx INTERFACE ${ONNX_PROTO_LIBRARY} protobuf::libprotobuf)
add_library(dep::onnx ALIAS dep_onnx)
