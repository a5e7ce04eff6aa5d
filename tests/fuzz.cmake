# SPDX-License-Identifier: MIT
# tests/fuzz/<name>_fuzz.c has LLVMFuzzerTestOneInput(). With driver.c it runs
# over fuzz/corpus/<name>/ as a test; with DEJA_FUZZ, libFuzzer drives it too:
#	cmake --preset fuzz && ninja -C build-fuzz && build-fuzz/tests/fuzz_<name> DIR

file(GLOB sources CONFIGURE_DEPENDS fuzz/*_fuzz.c)
foreach(source ${sources})
  get_filename_component(file ${source} NAME_WE)
  string(REGEX REPLACE "_fuzz$" "" name ${file})
  set(libraries deja_traces deja_gdbserver deja_translator deja_options)
  add_executable(corpus_${name} ${source} fuzz/driver.c)
  target_link_libraries(corpus_${name} PRIVATE ${libraries})
  deja_test(fuzz/${name} quick 120 corpus_${name} ${CMAKE_CURRENT_SOURCE_DIR}/fuzz/corpus/${name})
  if(DEJA_FUZZ)
    add_executable(fuzz_${name} ${source})
    target_link_libraries(fuzz_${name} PRIVATE ${libraries})
    target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer,address,undefined)
  endif()
endforeach()
