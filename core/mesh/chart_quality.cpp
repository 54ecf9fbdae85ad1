// SPDX-License-Identifier: Apache-2.0
#include "core/mesh/chart_quality.h"

#include <Eigen/LU>

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace portrait {
namespace {

struct Segment {
  Eigen::Vector2d a;
  Eigen::Vector2d b;
  std::size_t number;
};

double turn(const Eigen::Vector2d& a, const Eigen::Vector2d& b, const Eigen::Vector2d& c) {
  return (b.x() - a.x()) * (c.y() - a.y()) - (b.y() - a.y()) * (c.x() - a.x());
}

// Both ends of each on different sides of the other, by more than rounding.
bool cross(const Segment& p, const Segment& q) {
  const double least = 1e-9 * ((p.b - p.a).squaredNorm() + (q.b - q.a).squaredNorm());
  const auto apart = [&](const Segment& line, const Segment& ends) {
    const double one = turn(line.a, line.b, ends.a);
    const double two = turn(line.a, line.b, ends.b);
    return (one > least && two < -least) || (one < -least && two > least);
  };
  return apart(p, q) && apart(q, p);
}

// Segments by the cells of a square grid that their boxes touch.
class SegmentGrid {
 public:
  SegmentGrid(const std::vector<Segment>& segments, const Eigen::Vector2d& low, double cell,
              Eigen::Index width, Eigen::Index height)
      : low_(low), cell_(cell), width_(width), height_(height), cells_(width * height) {
    for (const Segment& s : segments) {
      visit(s, [&](std::vector<std::uint32_t>& members) {
        members.push_back(std::uint32_t(s.number));
        return false;
      });
    }
  }

  // Stops and returns true when `visitor` does.
  template <typename Visitor>
  bool visit(const Segment& s, const Visitor& visitor) {
    const auto clamp = [](double value, Eigen::Index count) {
      return std::clamp<Eigen::Index>(Eigen::Index(value), 0, count - 1);
    };
    const Eigen::Vector2d from = (s.a.cwiseMin(s.b) - low_) / cell_;
    const Eigen::Vector2d to = (s.a.cwiseMax(s.b) - low_) / cell_;
    for (Eigen::Index y = clamp(from.y(), height_); y <= clamp(to.y(), height_); ++y) {
      for (Eigen::Index x = clamp(from.x(), width_); x <= clamp(to.x(), width_); ++x) {
        if (visitor(cells_[std::size_t(y * width_ + x)])) return true;
      }
    }
    return false;
  }

 private:
  Eigen::Vector2d low_;
  double cell_;
  Eigen::Index width_;
  Eigen::Index height_;
  std::vector<std::vector<std::uint32_t>> cells_;
};

}  // namespace

double WeightedValues::quantile(double share) {
  if (values_.empty()) return 0;
  if (!sorted_) std::sort(values_.begin(), values_.end());
  sorted_ = true;
  double total = 0;
  for (const auto& [value, weight] : values_) total += weight;
  double sum = 0;
  for (const auto& [value, weight] : values_) {
    sum += weight;
    if (sum >= share * total) return value;
  }
  return values_.back().first;
}

std::pair<double, double> singular_values(const Eigen::Matrix2d& m) {
  const double sum = std::hypot(m(0, 0) + m(1, 1), m(1, 0) - m(0, 1));
  const double difference = std::hypot(m(0, 0) - m(1, 1), m(1, 0) + m(0, 1));
  return {(sum + difference) / 2, std::abs(sum - difference) / 2};
}

std::vector<std::uint32_t> border_crossings(const ChartMesh& chart, const FlatMap& map) {
  std::vector<Segment> segments;
  std::vector<std::uint32_t> starts;
  Eigen::Vector2d low = map.front();
  Eigen::Vector2d high = map.front();
  double length = 0;
  for (const auto& border : chart.borders) {
    for (std::size_t i = 0; i < border.size(); ++i) {
      const Eigen::Vector2d& a = map[border[i]];
      const Eigen::Vector2d& b = map[border[(i + 1) % border.size()]];
      segments.push_back({a, b, segments.size()});
      starts.push_back(border[i]);
      low = low.cwiseMin(a);
      high = high.cwiseMax(a);
      length += (b - a).norm();
    }
  }
  const Eigen::Vector2d size = high - low;
  // No more cells than a few per segment, whatever the border's shape.
  const double cell = std::max({length / double(segments.size()), size.maxCoeff() / 1000,
                                std::numeric_limits<double>::min()});
  SegmentGrid grid(segments, low, cell, Eigen::Index(size.x() / cell) + 1,
                   Eigen::Index(size.y() / cell) + 1);
  std::vector<std::uint32_t> crossing;
  for (const Segment& s : segments) {
    const bool crosses = grid.visit(s, [&](const std::vector<std::uint32_t>& members) {
      return std::any_of(members.begin(), members.end(),
                         [&](std::uint32_t other) { return cross(s, segments[other]); });
    });
    if (crosses) crossing.push_back(starts[s.number]);
  }
  std::sort(crossing.begin(), crossing.end());
  return crossing;
}

ChartQuality judge_map(const ChartMesh& chart, const FlatMap& map) {
  ChartQuality quality;
  WeightedValues stretch;
  WeightedValues scale;
  for (std::size_t t = 0; t < chart.triangles.size(); ++t) {
    const Eigen::Matrix2d d = derivative(chart, map, t);
    const auto [larger, smaller] = singular_values(d);
    if (!(d.determinant() > 0)) ++quality.flipped;
    const double area = chart.shapes[t].area();
    stretch.add(larger / std::max(smaller, 1e-12), area);
    scale.add(larger * smaller, area);
  }
  quality.median_stretch = stretch.quantile(0.5);
  quality.high_stretch = stretch.quantile(0.95);
  quality.area_spread = scale.quantile(0.95) / std::max(scale.quantile(0.05), 1e-12);
  quality.crossings = int(border_crossings(chart, map).size());
  return quality;
}

}  // namespace portrait
