// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QImage>
#include <QWidget>

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

namespace portrait {

struct Formation;
struct FormationMoment;

// The head at moments of its formation along the computing time, as a strip of pictures; a drag
// goes back and forth in it.
class FormationTimeline : public QWidget {
  Q_OBJECT

 public:
  explicit FormationTimeline(QWidget* parent = nullptr);
  // elapsed: computing time of the head so far; total: when it is expected to be done. Seconds.
  void show_formation(const std::shared_ptr<const Formation>& formation, double elapsed,
                      double total);
  // 0: the head as it is.
  void set_shown(std::uint64_t moment);
  std::uint64_t shown() const { return shown_; }
  const std::vector<std::shared_ptr<const FormationMoment>>& line() const { return line_; }
  // Pixels from the left.
  double place(double seconds) const;
  QSize sizeHint() const override { return {400, 52}; }

 Q_SIGNALS:
  void scrubbed(quint64 moment);  // 0: to the head as it is

 protected:
  void paintEvent(QPaintEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;

 private:
  void scrub_to(double x);
  int index_of(std::uint64_t moment) const;  // in line_; -1: none

  std::shared_ptr<const Formation> formation_;
  std::vector<std::shared_ptr<const FormationMoment>> line_;
  std::map<std::uint64_t, QImage> pictures_;
  double elapsed_ = 0;
  double total_ = 0;
  std::uint64_t shown_ = 0;
};

}  // namespace portrait
