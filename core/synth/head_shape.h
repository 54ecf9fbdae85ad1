// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/synth/head_surface_map.h"
#include "core/synth/mesh_builder.h"
#include "core/synth/subject_recipe.h"
#include "core/synth/synth_assets.h"

#include <vector>

namespace portrait {

// The head of one subject, deformed, in centimetres.
struct HeadShape {
  std::vector<Eigen::Vector3f> identity_points;  // identity only: hair and clothes follow these
  std::vector<Eigen::Vector3f> points;           // with expression
  std::vector<Eigen::Vector3f> normals;          // of `points`
  HeadSurfaceMap skull;  // spherical, round the middle of the skull, without the ears
  HeadSurfaceMap bust;   // cylindrical, neck and shoulders
};

HeadShape deform_head(const HeadModel& head, const SubjectRecipe& recipe);

// Skin, eyes, teeth and mouth.
void add_head(const HeadModel& head, const HeadShape& shape, const SubjectRecipe& recipe,
              MeshBuilder& builder);

// Hair of the recipe, mesh or procedural; nothing for a bald one.
void add_hair(const SynthAssets& assets, const HeadShape& shape, const SubjectRecipe& recipe,
              MeshBuilder& builder);
void add_mesh_hair(const HairModel& hair, const SynthAssets& assets, const HeadShape& shape,
                   const SubjectRecipe& recipe, MeshBuilder& builder);
void add_hair_cap(const HeadShape& shape, const SubjectRecipe& recipe, MeshBuilder& builder);
// Brows, lashes and beard as single hairs on the skin, the first `head_triangles` triangles.
void add_skin_hairs(const HeadModel& head, const HeadShape& shape, const SubjectRecipe& recipe,
                    std::size_t head_triangles, MeshBuilder& builder);
// Single hairs along the hairline and off the hair's surface, triangles [first_hair, end_hair).
void add_head_hairs(const SubjectRecipe& recipe, std::size_t head_triangles, std::size_t first_hair,
                    std::size_t end_hair, MeshBuilder& builder);
// Buns or a tail of hair that is tied up, over a cap.
void add_gathered_hair(const HeadShape& shape, const SubjectRecipe& recipe, MeshBuilder& builder);
void add_hair_curtain(const HeadShape& shape, const SubjectRecipe& recipe, MeshBuilder& builder);

// Height of the garment's upper edge round the neck, cm.
float collar_height(const ClothRecipe& cloth, float azimuth_rad);
void add_cloth(const HeadShape& shape, const SubjectRecipe& recipe, MeshBuilder& builder);
// Beanie, cap, hat or scarf over the skull.
void add_headwear(const HeadShape& shape, const SubjectRecipe& recipe, MeshBuilder& builder);
void add_glasses(const HeadModel& head, const HeadShape& shape, const SubjectRecipe& recipe,
                 MeshBuilder& builder);

}  // namespace portrait
