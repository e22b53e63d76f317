# fer_test_suites(TARGET LABEL): one test for each suite of a GoogleTest program, as the program lists them once it is built: to start a program
# for every single test costs more than most tests do, above all with sanitizers. A test has its suite's name; single ones run by --gtest_filter.
if(CMAKE_SCRIPT_MODE_FILE)  # after the program is built: writes FILE, which says what PROGRAM has
  execute_process(COMMAND "${PROGRAM}" --gtest_list_tests OUTPUT_VARIABLE listing ERROR_VARIABLE errors RESULT_VARIABLE status)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "${PROGRAM} --gtest_list_tests: ${status}\n${listing}${errors}")
  endif()
  string(REGEX MATCHALL "(^|\n)[^ \n]+\\.(\n| )" suites "${listing}")
  set(lines "")
  foreach(suite IN LISTS suites)
    string(STRIP "${suite}" suite)
    string(REGEX REPLACE "\\.$" "" suite "${suite}")
    string(APPEND lines "add_test([=[${suite}]=] [=[${PROGRAM}]=] [=[--gtest_filter=${suite}.*]=])\n"
                        "set_tests_properties([=[${suite}]=] PROPERTIES LABELS [=[${LABEL}]=])\n")
  endforeach()
  file(WRITE "${FILE}" "${lines}")
  return()
endif()

set(fer_suites_script "${CMAKE_CURRENT_LIST_FILE}")
function(fer_test_suites target label)
  set(file "${CMAKE_CURRENT_BINARY_DIR}/${target}_suites.cmake")
  add_custom_command(TARGET ${target} POST_BUILD VERBATIM BYPRODUCTS "${file}"
                     COMMAND "${CMAKE_COMMAND}" -DPROGRAM=$<TARGET_FILE:${target}> "-DFILE=${file}" -DLABEL=${label} -P "${fer_suites_script}")
  # (A program that is not built is a test that fails.)
  file(CONFIGURE OUTPUT "${target}_include.cmake" @ONLY CONTENT
       "if(EXISTS [=[@file@]=])\n  include([=[@file@]=])\nelse()\n  add_test(@target@_NOT_BUILT @target@_NOT_BUILT)\nendif()\n")
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES "${CMAKE_CURRENT_BINARY_DIR}/${target}_include.cmake")
endfunction()
