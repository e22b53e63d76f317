// The two XML forms of a cascade. Neither checks what check_cascade does.
#pragma once

#include "cascade/model/xml_values.h"
#include "fer/cascade.h"

namespace fer::cascade {

// <cascade type_id="opencv-cascade-classifier">: features apart, nodes as "left right feature threshold".
Cascade read_new_form(const XmlReader& read, const XmlElement& top);
// <NAME type_id="opencv-haar-classifier">: every node with its own feature.
Cascade read_old_form(const XmlReader& read, const XmlElement& top);

// Of the newer form, parts that the files of single stages have too.
CascadeStage read_stage(const XmlReader& read, const XmlElement& element);
// The members of <params> or <cascade> that say how it is trained; what is missing stays as it is.
CascadeParameters read_parameters(const XmlReader& read, const XmlElement& element);
// Throws Error unless <stageType> is BOOST and <featureType> HAAR.
void check_kind(const XmlReader& read, const XmlElement& element);
// A rectangle: five numbers.
HaarRectangle read_rectangle(const XmlReader& read, const XmlElement& element);
HaarFeature read_feature(const XmlReader& read, const XmlElement& element);

}  // namespace fer::cascade
