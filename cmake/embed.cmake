# fer_embed(FOLDER SOURCE HEADER FUNCTION): makes FOLDER/*.json into SOURCE of fer_sources, so that a name needs no search for a file.
# SOURCE includes HEADER, which declares `std::span<const EmbeddedFile> FUNCTION()` (network/embedded.h).
function(fer_embed folder source header function)
  file(GLOB files CONFIGURE_DEPENDS "${folder}/*.json")
  list(SORT files)
  set(embedded "#include \"${header}\"\n\nnamespace fer {\nnamespace {\n\nconstexpr EmbeddedFile kEmbedded[] = {\n")
  foreach(file IN LISTS files)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${file}")
    get_filename_component(name "${file}" NAME_WE)
    file(READ "${file}" json)
    string(APPEND embedded "    {\"${name}\", R\"fer_json(${json})fer_json\"},\n")
  endforeach()
  string(APPEND embedded "};\n\n}  // namespace\n\nstd::span<const EmbeddedFile> ${function}() { return kEmbedded; }\n\n}  // namespace fer\n")

  # Written only when it changed, so that configuring again does not compile it again.
  set(before "")
  if(EXISTS "${source}")
    file(READ "${source}" before)
  endif()
  if(NOT before STREQUAL embedded)
    file(WRITE "${source}" "${embedded}")
  endif()
  set(fer_sources "${fer_sources};${source}" PARENT_SCOPE)
endfunction()
