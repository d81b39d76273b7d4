# What is run once, or checks others, is compiled quickly: that saves minutes of a cold build.
set(trigloop_glue_options $<$<CONFIG:Release>:-O1>)
set(trigloop_test_options $<$<CONFIG:Release>:-O0>)

# trigloop_library(FOLDER [GLUE] [SOURCES ...] [PUBLIC_DEPS ...] [PRIVATE_DEPS ...])
#
# One library a folder of src/. FOLDER is its path below src ("io/root" gives the target trigloop_io_root and the alias
# trigloop::io_root). GLUE: nothing in it is worth the optimiser's time. dev/check_layers.py reads these calls: an #include
# of a folder that is not named here is an error.
function(trigloop_library folder)
  cmake_parse_arguments(ARG "GLUE" "" "SOURCES;PUBLIC_DEPS;PRIVATE_DEPS" ${ARGN})
  string(REPLACE "/" "_" name ${folder})
  if(ARG_SOURCES)
    add_library(trigloop_${name} STATIC ${ARG_SOURCES})
    set(public PUBLIC)
    set(private PRIVATE)
  else()
    add_library(trigloop_${name} INTERFACE)
    set(public INTERFACE)
    set(private INTERFACE)
  endif()
  add_library(trigloop::${name} ALIAS trigloop_${name})
  target_include_directories(trigloop_${name} ${public} ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(trigloop_${name} ${public} ${ARG_PUBLIC_DEPS} ${private} ${ARG_PRIVATE_DEPS})
  if(ARG_GLUE)
    target_compile_options(trigloop_${name} PRIVATE ${trigloop_glue_options})
  endif()
  set_property(GLOBAL APPEND PROPERTY TRIGLOOP_LIBRARIES trigloop::${name})
endfunction()

# trigloop_test(FOLDER [TOGETHER SUITE] SOURCES ... DEPS ...): one GoogleTest program a folder; each test is a ctest
# "FOLDER/Suite.Name". TOGETHER: the tests of SUITE share something slow to start (a server), and are one ctest.
function(trigloop_test folder)
  cmake_parse_arguments(ARG "" "TOGETHER" "SOURCES;DEPS" ${ARGN})
  string(REPLACE "/" "_" name ${folder})
  add_executable(test_${name} ${ARG_SOURCES})
  target_include_directories(test_${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_compile_options(test_${name} PRIVATE ${trigloop_test_options})
  target_link_libraries(test_${name} PRIVATE ${ARG_DEPS} trigloop_test_support GTest::gtest GTest::gmock
    GTest::gtest_main)
  set(apart "")
  if(ARG_TOGETHER)
    add_test(NAME ${folder}/${ARG_TOGETHER} COMMAND test_${name} --gtest_filter=${ARG_TOGETHER}.*)
    set_tests_properties(${folder}/${ARG_TOGETHER} PROPERTIES TIMEOUT 300 SKIP_REGULAR_EXPRESSION "\\[  SKIPPED \\]")
    set(apart TEST_FILTER -${ARG_TOGETHER}.*)
  endif()
  gtest_discover_tests(test_${name} TEST_PREFIX "${folder}/" DISCOVERY_TIMEOUT 60 ${apart} PROPERTIES TIMEOUT 300)
endfunction()
