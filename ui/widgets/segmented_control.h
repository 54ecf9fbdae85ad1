// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QFrame>
#include <QStringList>

class QButtonGroup;

namespace portrait {

// One of several, all in view: a row of flat buttons on a chip.
class SegmentedControl : public QFrame {
  Q_OBJECT

 public:
  explicit SegmentedControl(const QStringList& labels, const QStringList& tips,
                            QWidget* parent = nullptr);
  int current() const;
  void set_current(int index);  // says nothing

 Q_SIGNALS:
  void chosen(int index);

 private:
  QButtonGroup* buttons_;
};

}  // namespace portrait
