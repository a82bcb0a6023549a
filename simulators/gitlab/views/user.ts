import type { Context } from "../http/server-context.js";
import type { User } from "../model/types/accounts.js";
import type { Member } from "../model/types/projects.js";

/** A user as other objects name one. */
export function basicUser(context: Context, user: User | undefined): Record<string, unknown> | null {
  if (!user) return null;
  return {
    id: user.id,
    username: user.username,
    public_email: null,
    name: user.name,
    state: user.state,
    locked: false,
    avatar_url: null,
    web_url: `${context.url}/${user.username}`,
  };
}

/** A user by number, as other objects name one. */
export function userById(context: Context, id: number | null): Record<string, unknown> | null {
  return basicUser(
    context,
    context.store.state.users.find((user) => user.id === id),
  );
}

/** A user with public attributes. */
export function publicUser(context: Context, user: User): Record<string, unknown> {
  return {
    ...basicUser(context, user),
    created_at: user.createdAt,
    bio: "",
    location: null,
    skype: "",
    linkedin: "",
    twitter: "",
    discord: "",
    website_url: "",
    github: "",
    job_title: "",
    pronouns: null,
    organization: null,
    bot: user.bot,
    work_information: null,
    followers: 0,
    following: 0,
    is_followed: false,
    local_time: null,
  };
}

/** A user with all attributes, for the user and for administrators. */
export function fullUser(context: Context, user: User): Record<string, unknown> {
  return {
    ...publicUser(context, user),
    last_sign_in_at: null,
    confirmed_at: user.createdAt,
    last_activity_on: null,
    email: user.email,
    theme_id: 3,
    color_scheme_id: 1,
    projects_limit: 100_000,
    current_sign_in_at: null,
    identities: [],
    can_create_group: !user.bot,
    can_create_project: !user.bot,
    two_factor_enabled: false,
    external: false,
    private_profile: false,
    commit_email: user.email,
    shared_runners_minutes_limit: null,
    extra_shared_runners_minutes_limit: null,
    is_admin: user.admin,
    note: null,
    namespace_id: user.namespaceId,
    created_by: null,
    email_reset_offered_at: null,
  };
}

/** A member of a project or group. */
export function memberView(context: Context, member: Member): Record<string, unknown> {
  return {
    ...userById(context, member.userId),
    access_level: member.accessLevel,
    created_at: member.createdAt,
    created_by: userById(context, member.createdBy),
    expires_at: member.expiresAt,
    group_saml_identity: null,
    membership_state: "active",
  };
}
