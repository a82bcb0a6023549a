/** A webhook of a project. */
export interface Hook {
  readonly id: number;
  readonly projectId: number;
  url: string;
  /** The X-Gitlab-Token value: kept in clear because it is sent, never returned. */
  token: string | null;
  readonly createdAt: string;
  settings: Record<string, unknown>;
  /** Failed deliveries in a row. */
  failures: number;
  disabledUntil: string | null;
}

/** A CI/CD variable of a project or a group. */
export interface Variable {
  readonly owner: { readonly kind: "project" | "group"; readonly id: number };
  readonly key: string;
  value: string;
  variableType: "env_var" | "file";
  protected: boolean;
  masked: boolean;
  hidden: boolean;
  raw: boolean;
  environmentScope: string;
  description: string | null;
}

/** A pipeline schedule; nothing runs it here. */
export interface Schedule {
  readonly id: number;
  readonly projectId: number;
  description: string;
  ref: string;
  cron: string;
  cronTimezone: string;
  active: boolean;
  ownerId: number;
  readonly createdAt: string;
  updatedAt: string;
  variables: { key: string; value: string; variable_type: string }[];
}

/** How far a job or a pipeline is. @see https://docs.gitlab.com/api/commits/#commit-status */
export type JobStatus = "pending" | "running" | "success" | "failed" | "canceled" | "skipped";

/** Jobs of one commit and branch, as an external system reports them. */
export interface Pipeline {
  readonly id: number;
  readonly iid: number;
  readonly projectId: number;
  readonly sha: string;
  readonly ref: string;
  readonly userId: number;
  readonly createdAt: string;
  updatedAt: string;
}

/** One job of an external pipeline. */
export interface CommitStatus {
  readonly id: number;
  readonly projectId: number;
  /** Undefined for statuses from before pipelines were served. */
  readonly pipelineId?: number;
  readonly sha: string;
  readonly ref: string;
  readonly name: string;
  status: JobStatus;
  description: string | null;
  targetUrl: string | null;
  coverage?: number | null;
  readonly authorId: number;
  readonly createdAt: string;
  startedAt?: string | null;
  finishedAt?: string | null;
  /** Whether a later run of the same job exists. */
  retried?: boolean;
}
