// SPDX-License-Identifier: Apache-2.0
#include "core/nn/torch.h"

#include "core/base/error.h"
#include "core/field/bake.h"
#include "core/field/query.h"
#include "tests/field/test_fields.h"

#include <QtTest>

#include <algorithm>
#include <cmath>

using namespace portrait;

class BakeTest : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void occupancy_holds_the_ball();
  void rays_are_clipped_to_the_ball();
  void points_are_told_apart();
  void samples_equal_direct_queries();
  void empty_samples_beside_matter_have_its_colour();
  void box_holds_the_head_and_stays();
  void unchanged_bricks_keep_their_hash();
  void bricks_that_have_not_changed_are_not_evaluated_again();
  void every_sample_of_a_brick_has_its_turn();
  void empty_field_gives_an_empty_volume();
  void density_grid_equals_direct_queries();
  void query_gives_normals_and_colours();
};

namespace {

constexpr double kRadius = 0.3;

// One sample per cell is enough for a ball, and eight times as quick.
OccupancyGrid ball_occupancy(const Field& field) {
  OccupancyOptions options;
  options.samples_per_side = 1;
  return build_occupancy(field, options);
}

BakedVolume bake_ball(const Field& field, BakeOptions options) {
  const OccupancyGrid grid = ball_occupancy(field);
  options.occupancy = &grid;
  return bake(field, options);
}

}  // namespace

void BakeTest::occupancy_holds_the_ball() {
  const OccupancyGrid grid = build_occupancy(ball_field(kRadius, 64));
  const double cell = 1.0 / grid.cells;
  for (int z = 0; z < grid.cells; ++z) {
    for (int y = 0; y < grid.cells; ++y) {
      for (int x = 0; x < grid.cells; ++x) {
        const double r = Eigen::Vector3d((x + 0.5) * cell - 0.5, (y + 0.5) * cell - 0.5,
                                         (z + 0.5) * cell - 0.5).norm();
        if (r < kRadius) QVERIFY(grid.at(x, y, z));
        if (r > kRadius + 5 * cell) QVERIFY(!grid.at(x, y, z));
      }
    }
  }
  const Eigen::AlignedBox3f box = occupied_box(grid);
  QVERIFY(box.contains(Eigen::Vector3f::Constant(float(kRadius)).cwiseProduct(
      Eigen::Vector3f::UnitX())));
  QVERIFY(box.sizes().maxCoeff() < 2 * kRadius + 0.12);
}

void BakeTest::rays_are_clipped_to_the_ball() {
  const OccupancyGrid grid = ball_occupancy(ball_field(kRadius, 64));
  const Rays rays = camera_rays(rig_camera({33, 21}), 24, 24);
  const RayRanges box = box_ranges(rays, 0.5);
  const RayRanges clipped = clip_to_occupied(grid, rays, box);
  int hits = 0;
  for (int i = 0; i < rays.count(); ++i) {
    Eigen::Vector3d o;
    Eigen::Vector3d d;
    for (int axis = 0; axis < 3; ++axis) {
      o[axis] = rays.origins[i][axis].item<double>();
      d[axis] = rays.directions[i][axis].item<double>();
    }
    const double along = -o.dot(d);
    const double miss = (o + along * d).norm();
    const bool hit = clipped.hit[i].item<bool>();
    if (miss > kRadius + 0.1) QVERIFY(!hit);
    if (miss > kRadius) continue;
    QVERIFY(hit);
    ++hits;
    const double chord = std::sqrt(kRadius * kRadius - miss * miss);
    QVERIFY(clipped.near[i].item<double>() <= along - chord);
    QVERIFY(clipped.far[i].item<double>() >= along + chord);
    QVERIFY(clipped.near[i].item<double>() >= box.near[i].item<double>() - 1e-6);
    QVERIFY(clipped.far[i].item<double>() <= box.far[i].item<double>() + 1e-6);
  }
  QVERIFY(hits > 100);
}

void BakeTest::points_are_told_apart() {
  const OccupancyGrid grid = ball_occupancy(ball_field(kRadius, 64));
  const Tensor points = at::tensor({0.0F, 0.0F, 0.0F, 0.49F, 0.49F, 0.49F, 0.0F, 0.7F, 0.0F})
                            .view({3, 3});
  const Tensor inside = occupied_points(grid, points);
  QVERIFY(inside[0].item<bool>());
  QVERIFY(!inside[1].item<bool>());
  QVERIFY(!inside[2].item<bool>());
}

void BakeTest::samples_equal_direct_queries() {
  const Field field = ball_field(kRadius, 64);
  BakeOptions options;
  options.samples_over_height = 96;
  const BakedVolume volume = bake_ball(field, options);
  QVERIFY(!volume.empty());
  QCOMPARE(volume.texels.size(), volume.hashes.size() * BakedVolume::kBrickBytes);
  std::vector<float> points;
  std::vector<const std::uint8_t*> texels;
  for (int z = 0; z < volume.samples.z(); z += 4) {
    for (int y = 0; y < volume.samples.y(); y += 4) {
      for (int x = 0; x < volume.samples.x(); x += 4) {
        const Eigen::Vector3f p =
            volume.box.min() +
            (Eigen::Vector3i(x, y, z).cast<float>() + Eigen::Vector3f::Constant(0.5F)) *
                volume.voxel;
        points.insert(points.end(), {p.x(), p.y(), p.z()});
        texels.push_back(volume.sample(x, y, z));
      }
    }
  }
  const QueryResult direct = query_points(
      field, at::from_blob(points.data(), {std::int64_t(texels.size()), 3}, at::kFloat));
  const float* density = direct.density.data_ptr<float>();
  const float* rgb = direct.rgb.data_ptr<float>();
  int solid = 0;
  int absent = 0;
  for (std::size_t i = 0; i < texels.size(); ++i) {
    const float alpha = 1 - std::exp(-density[i] * volume.voxel);
    const int stored = texels[i] ? texels[i][3] : 0;
    QVERIFY2(std::abs(stored - alpha * 255) < 1.01, qPrintable(QString::number(alpha)));
    absent += texels[i] == nullptr;
    if (stored < 16) continue;
    ++solid;
    for (int c = 0; c < 3; ++c) {
      const float colour = std::clamp(rgb[3 * i + c], 0.0F, 1.0F);
      QVERIFY(std::abs(texels[i][c] - colour * 255) < 1.01);
    }
  }
  QVERIFY(solid > 1000);
  QVERIFY(absent > 100);
}

void BakeTest::empty_samples_beside_matter_have_its_colour() {
  const Field field = ball_field(kRadius, 64);
  BakeOptions options;
  options.samples_over_height = 48;
  const BakedVolume volume = bake_ball(field, options);
  int checked = 0;
  for (int z = 1; z < volume.samples.z(); ++z) {
    for (int y = 0; y < volume.samples.y(); ++y) {
      for (int x = 0; x < volume.samples.x(); ++x) {
        const std::uint8_t* solid = volume.sample(x, y, z - 1);
        if (!solid || solid[3] < 128) continue;
        const std::uint8_t* next = volume.sample(x, y, z);
        QVERIFY(next);  // never a missing brick beside matter
        if (next[3] > 0) continue;
        ++checked;
        for (int c = 0; c < 3; ++c) QVERIFY(std::abs(int(next[c]) - int(solid[c])) < 25);
      }
    }
  }
  QVERIFY(checked > 50);
}

void BakeTest::box_holds_the_head_and_stays() {
  BakeOptions options;
  options.samples_over_height = 64;
  const BakedVolume first = bake_ball(ball_field(kRadius, 64), options);
  QVERIFY(first.box.sizes().minCoeff() >= 2 * kRadius);
  for (int axis = 0; axis < 3; ++axis) QCOMPARE(first.samples[axis] % BakedVolume::kBrick, 0);
  QVERIFY(std::abs(first.box.sizes().x() - float(first.samples.x()) * first.voxel) < 1e-4F);
  options.previous = &first;
  const BakedVolume second = bake_ball(ball_field(kRadius * 0.97, 64), options);
  QVERIFY(second.box.isApprox(first.box));
  QCOMPARE(second.samples, first.samples);
  const BakedVolume grown = bake_ball(ball_field(kRadius * 1.3, 64), options);
  QVERIFY(grown.box.sizes().x() > first.box.sizes().x());
}

void BakeTest::unchanged_bricks_keep_their_hash() {
  Field field = ball_field(kRadius, 64);
  BakeOptions options;
  options.samples_over_height = 64;
  const BakedVolume first = bake_ball(field, options);
  options.previous = &first;
  QCOMPARE(bake_ball(field, options).hashes, first.hashes);
  // Another colour in the half x > 0 only: channel 1 of the plane (x, y) holds x.
  field.planes = field.planes.clone();
  field.planes[0][0][1].narrow(1, 34, 30).add_(0.4);
  const BakedVolume second = bake_ball(field, options);
  QCOMPARE(second.bricks, first.bricks);
  const Eigen::Vector3i counts = first.brick_counts();
  int same = 0;
  int changed = 0;
  for (int z = 0; z < counts.z(); ++z) {
    for (int y = 0; y < counts.y(); ++y) {
      for (int x = 0; x < counts.x(); ++x) {
        const std::int32_t brick = first.brick_at(x, y, z);
        if (brick < 0) continue;
        const bool equal = first.hashes[brick] == second.hashes[brick];
        if (x < counts.x() / 2 - 1) {
          QVERIFY(equal);
          ++same;
        }
        changed += !equal;
      }
    }
  }
  QVERIFY(same > 5);
  QVERIFY(changed > 5);
}

void BakeTest::bricks_that_have_not_changed_are_not_evaluated_again() {
  Field field = ball_field(kRadius, 64);
  const OccupancyGrid grid = ball_occupancy(field);
  BakeOptions options;
  options.samples_over_height = 64;
  options.occupancy = &grid;
  const BakedVolume first = bake(field, options);
  field.planes = field.planes.clone();
  // Too little to be seen: kept as it was. Evaluated, it would differ.
  field.planes[0][0][2].add_(0.002);
  options.previous = &first;
  options.tolerance = 2;
  QCOMPARE(bake(field, options).hashes, first.hashes);
  options.tolerance = -1;
  QVERIFY(bake(field, options).hashes != first.hashes);
  // Another colour in the half x > 0: as if all had been evaluated, but for what is not seen.
  options.tolerance = 2;
  field.planes[0][0][1].narrow(1, 34, 30).add_(0.4);
  BakedVolume partly = bake(field, options);
  QVERIFY(partly.hashes != first.hashes);
  // Turn by turn, what the first look missed at the rim of the change comes too.
  for (options.turn = 1; options.turn < 64; ++options.turn) {
    const BakedVolume previous = partly;
    options.previous = &previous;
    partly = bake(field, options);
  }
  options.tolerance = -1;
  const BakedVolume wholly = bake(field, options);
  QCOMPARE(partly.bricks, wholly.bricks);
  QVERIFY(partly.hashes != wholly.hashes);
  int most = 0;
  for (std::size_t i = 0; i < partly.texels.size(); ++i) {
    if (partly.texels[i | 3] < 16) continue;
    most = std::max(most, std::abs(int(partly.texels[i]) - int(wholly.texels[i])));
  }
  QVERIFY(most <= 6);
}

void BakeTest::every_sample_of_a_brick_has_its_turn() {
  const Field field = ball_field(kRadius, 64);
  const OccupancyGrid grid = ball_occupancy(field);
  BakeOptions options;
  options.samples_over_height = 64;
  options.occupancy = &grid;
  const BakedVolume before = bake(field, options);
  // One sample in the middle of the ball is wrong: one turn in 64 finds it.
  BakedVolume wrong = before;
  const Eigen::Vector3i counts = before.brick_counts();
  const std::int32_t brick = before.brick_at(counts.x() / 2, counts.y() / 2, counts.z() / 2);
  wrong.texels[std::size_t(brick) * BakedVolume::kBrickBytes + 4 * 1234 + 3] ^= 0x80;
  options.previous = &wrong;
  options.tolerance = 2;
  int found = 0;
  for (options.turn = 0; options.turn < 64; ++options.turn) {
    found += bake(field, options).texels == before.texels;
  }
  QCOMPARE(found, 1);
}

void BakeTest::empty_field_gives_an_empty_volume() {
  Field field = ball_field(kRadius, 32);
  field.decoder.b1[0].fill_(-1e7);
  QVERIFY(bake(field).empty());
  BakeOptions options;
  options.samples_over_height = 5;
  QVERIFY_EXCEPTION_THROWN(bake(field, options), Error);
}

void BakeTest::density_grid_equals_direct_queries() {
  const Field field = ball_field(kRadius, 64);
  const Eigen::AlignedBox3f box(Eigen::Vector3f(-0.4F, -0.45F, -0.5F),
                                Eigen::Vector3f(0.4F, 0.45F, 0.5F));
  const DensityGrid grid = sample_density_grid(field, box, {17, 19, 21}, ball_occupancy(field));
  QCOMPARE(grid.density.size(), std::size_t(17 * 19 * 21));
  std::vector<float> points;
  for (int z = 0; z < 21; ++z) {
    for (int y = 0; y < 19; ++y) {
      for (int x = 0; x < 17; ++x) {
        const Eigen::Vector3f p =
            box.min() + Eigen::Vector3i(x, y, z).cast<float>().cwiseProduct(grid.spacing());
        points.insert(points.end(), {p.x(), p.y(), p.z()});
      }
    }
  }
  const Tensor direct =
      query_points(field, at::from_blob(points.data(), {17 * 19 * 21, 3}, at::kFloat)).density;
  int solid = 0;
  for (std::size_t i = 0; i < grid.density.size(); ++i) {
    const float expected = direct.data_ptr<float>()[i];
    QVERIFY(std::abs(grid.density[i] - expected) < std::max(0.2F, expected * 1e-3F));
    solid += expected > 10;
  }
  QVERIFY(solid > 200);
}

void BakeTest::query_gives_normals_and_colours() {
  const Field field = ball_field(kRadius, 64);
  const Tensor points = at::tensor({0.3F, 0.0F, 0.0F, 0.0F, 0.2F, 0.22F}).view({2, 3});
  const QueryResult result = query_points(field, points, {true, true});
  const Tensor expected = points / points.norm(2, 1, true);
  QVERIFY(((result.normals * expected).sum(1) > 0.99).all().item<bool>());
  // Red is sigmoid(4 * x).
  QVERIFY(std::abs(result.rgb[0][0].item<double>() - 1 / (1 + std::exp(-1.2))) < 0.02);
  QVERIFY(!query_points(field, points, {false, false}).rgb.defined());
}

QTEST_GUILESS_MAIN(BakeTest)
#include "bake_test.moc"
