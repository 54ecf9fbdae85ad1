// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QDateTime>
#include <QFrame>
#include <QList>
#include <QString>

class QVBoxLayout;

namespace portrait {

// A head that a session left behind which did not end well.
struct Recovery {
  QString path;  // the autosave
  QString name;  // of the project or photo, for people
  QDateTime saved;
};

// On the empty page: what can be recovered, each to be opened or discarded.
class RecoveryCard : public QFrame {
  Q_OBJECT

 public:
  explicit RecoveryCard(QWidget* parent = nullptr);
  void show_recoveries(const QList<Recovery>& recoveries);
  int count() const { return count_; }

 Q_SIGNALS:
  void open_chosen(const QString& path);
  void discard_chosen(const QString& path);

 private:
  QWidget* make_row(const Recovery& recovery);

  QVBoxLayout* rows_;
  int count_ = 0;
};

}  // namespace portrait
