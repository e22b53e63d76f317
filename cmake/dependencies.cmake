# What libfer needs, from Debian's packages. A missing one ends the configuration with one line that names its package.
macro(fer_require name package)
  find_package(${name} QUIET ${ARGN})
  if(NOT ${name}_FOUND)
    message(FATAL_ERROR "libfer needs ${name}: apt-get install ${package}")
  endif()
endmacro()

macro(fer_require_pkgconfig prefix module package)
  pkg_check_modules(${prefix} QUIET ${module})
  if(NOT ${prefix}_FOUND)
    message(FATAL_ERROR "libfer needs ${module}: apt-get install ${package}")
  endif()
endmacro()
