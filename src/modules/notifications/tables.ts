export type NotificationTables = { webhook: WebhookRow; webhook_delivery: WebhookDeliveryRow; notice: NoticeRow }

/** What one person was told. */
export type NoticeRow = {
  id: string
  person_id: string
  kind: string
  text: string
  /** Path of the page in the web application. */
  link: string
  caused_by: string
  told_at: string
  read_at: string | null
}

export type WebhookRow = {
  id: string
  name: string
  description: string
  url: string
  format: string
  /** A JSON array. */
  events: string
  state: string
  /** Sealed under a key outside the database; null when deliveries go unsigned. */
  secret: string | null
  created_at: string
  updated_at: string
  created_by: string
}

export type WebhookDeliveryRow = {
  id: string
  webhook_id: string
  event: string
  position: number | null
  payload: string
  state: string
  attempts: number
  status: number | null
  answer: string | null
  error: string | null
  created_at: string
  attempted_at: string | null
  /** Milliseconds. */
  duration: number | null
  next_attempt_at: string | null
}
