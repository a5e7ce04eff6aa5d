# SPDX-License-Identifier: MIT
# What deja needs, by the name of the Debian 12 package that brings it.
set(missing "")

function(deja_need target package header library)
  find_path(${target}_INCLUDE ${header})
  find_library(${target}_LIBRARY ${library})
  if(NOT ${target}_INCLUDE OR NOT ${target}_LIBRARY)
    set(missing ${missing} ${package} PARENT_SCOPE)
    return()
  endif()
  add_library(deps::${target} UNKNOWN IMPORTED GLOBAL)
  set_target_properties(deps::${target} PROPERTIES
    IMPORTED_LOCATION ${${target}_LIBRARY}
    INTERFACE_INCLUDE_DIRECTORIES ${${target}_INCLUDE})
endfunction()

deja_need(zydis libzydis-dev Zydis/Zydis.h Zydis)
deja_need(seccomp libseccomp-dev seccomp.h seccomp)
deja_need(elf libelf-dev libelf.h elf)
deja_need(dw libdw-dev elfutils/libdw.h dw)
deja_need(unwind_ptrace libunwind-dev libunwind-ptrace.h unwind-ptrace)
deja_need(unwind_generic libunwind-dev libunwind.h unwind-x86_64)
deja_need(unwind libunwind-dev libunwind.h unwind)
deja_need(zstd libzstd-dev zstd.h zstd)
deja_need(xxhash libxxhash-dev xxh_x86dispatch.h xxhash)
deja_need(jansson libjansson-dev jansson.h jansson)
deja_need(cmocka libcmocka-dev cmocka.h cmocka)

if(missing)
  list(REMOVE_DUPLICATES missing)
  list(JOIN missing " " missing)
  message(FATAL_ERROR "missing Debian packages: ${missing}\n"
                      "install them with: apt-get install ${missing}")
endif()
