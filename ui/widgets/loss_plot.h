// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>
#include <QWidget>

#include <memory>
#include <vector>

namespace portrait {

struct LossSeries;
struct StageInfo;

// Losses over the computing time, on a logarithmic scale: each stage's total in the colour of
// information, its other losses dim. Scores lie over them on a scale of their own, from 0 to 1, in
// the accent. The stages are set apart by lines with their names.
class LossPlot : public QWidget {
  Q_OBJECT

 public:
  explicit LossPlot(QWidget* parent = nullptr);
  // elapsed, total: seconds of computing time of the head, so far and expected.
  void show_losses(const std::shared_ptr<const std::vector<LossSeries>>& history,
                   const std::vector<StageInfo>& stages, double elapsed, double total);
  QSize sizeHint() const override { return {400, 84}; }

 protected:
  void paintEvent(QPaintEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void leaveEvent(QEvent* event) override;

 private:
  struct Scale;
  Scale scale() const;
  void paint_axis(QPainter& painter, const Scale& s) const;
  void paint_stages(QPainter& painter, const Scale& s) const;
  void paint_series(QPainter& painter, const Scale& s) const;
  void paint_hover(QPainter& painter, const Scale& s) const;
  bool is_total(std::size_t series) const;

  std::shared_ptr<const std::vector<LossSeries>> history_;
  std::vector<QString> stage_names_;
  double elapsed_ = 0;
  double total_ = 0;
  double hover_x_ = -1;
};

}  // namespace portrait
