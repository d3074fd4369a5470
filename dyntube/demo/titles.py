"""The names in the demo catalog: a company that sells business software.

A video's line is `release month, length, title`; its channel is the heading above it.
"""

from __future__ import annotations

# key, name, delivery plan, start day
PROJECTS = """
5lCohVbzSymGw | Product marketing | 1 | 2019-03-04
Rk8vTqPn2LdXe | Customer education | 1 | 2019-05-13
hW3zYb7uKsFaQ | Events and webinars | 1 | 2019-09-02
Jc6mDx9EoGtNi | Customer stories | 1 | 2020-01-13
yV1pSf4BrUwHk | Partner academy | 2 | 2023-06-05
"""

# index of the project above, channel, description
CHANNELS = """
0 | Product tours | One product, end to end, in a few minutes.
0 | Launch films | Short films for launches and campaigns.
0 | Brand and company | Who we are, where we work, who we look for.
1 | Getting started | The first week with Fernhill.
1 | How-to | One task per video.
1 | Advanced techniques | For administrators and power users.
2 | Webinars | Recordings of the monthly webinar.
2 | Fernhill Summit | Keynotes and talks of the yearly conference.
3 | Customer stories | Customers on what changed for them.
3 | Industry interviews | Conversations with people who run operations.
4 | Partner onboarding | For resellers and consultants who are new.
4 | Partner certification | Lessons of the certification course.
"""

VIDEOS = """
# Product tours
2019-06 3:25 Fernhill in three minutes
2019-11 4:48 Fernhill Flow: the product tour
2020-09 5:12 Fernhill Desk: the product tour
2021-10 4:05 Fernhill Insights: the product tour
2023-03 6:20 Fernhill for operations teams
2023-11 5:41 Fernhill for finance teams
2024-02 4:32 A tour of the new workspace
2024-06 7:05 Fernhill Flow and Desk together
2024-10 3:58 Fernhill on the phone
2025-01 5:33 Approvals without e-mail: a tour
2025-05 4:20 Fernhill for customer support
2025-09 6:47 Fernhill for manufacturing
2026-01 3:49 Fernhill Insights 4: the tour
2026-04 5:55 Fernhill for legal teams
2026-07 4:14 The assistant: a tour
2026-09 2:36 Fernhill in two and a half minutes
2026-11 3:18 Forecasts in Fernhill Insights: first look
# Launch films
2019-10 1:30 Work, untangled
2021-05 0:45 Less chasing, more doing
2023-09 1:02 Meet Fernhill Insights 3
2024-03 0:30 Monday, 9 o'clock
2024-09 0:58 What your week could be
2025-02 0:20 The form nobody filled in
2025-06 1:15 Meet the new Fernhill Desk
2025-10 0:38 Ask it anything
2026-02 0:45 Two minutes back, ten times a day
2026-05 1:28 Meet the assistant
2026-08 0:32 The last spreadsheet
2026-10 0:52 Everything in its place
2026-11 1:05 See next quarter today
# Brand and company
2019-04 2:10 This is Fernhill
2020-01 2:44 A day at Fernhill Lisbon
2022-04 3:31 Ten years of Fernhill
2024-05 2:02 Working at Fernhill: engineers
2024-11 1:54 Working at Fernhill: customer success
2025-04 3:08 How we build in the open
2025-11 2:25 Our climate report in two minutes
2026-03 1:47 Working at Fernhill: apprentices
2026-09 2:58 A day at Fernhill Toronto
# Getting started
2019-05 2:50 Your first workflow
2019-07 1:55 Invite your team
2020-02 3:12 Import your data from a spreadsheet
2021-02 2:24 Set up single sign-on
2022-09 3:40 Your first dashboard
2024-01 2:18 Find your way around
2024-01 3:05 Your first workflow, step by step
2024-04 1:36 Notifications that do not get in the way
2024-08 2:47 Connect your calendar and mail
2025-03 2:05 Start from a template
2025-08 3:22 Move over from another tool
2026-02 1:42 Install the phone app
2026-06 2:31 Your first week with the assistant
2026-10 2:12 Roles and permissions in plain words
# How-to
2019-09 4:02 How to build an approval chain
2020-05 2:35 How to share a form outside the company
2021-08 3:16 How to set a reminder that escalates
2022-06 1:58 How to duplicate a workflow safely
2023-05 2:41 How to print labels from a record
2024-02 1:34 How to undo almost anything
2024-03 3:53 How to map fields from a CSV file
2024-05 2:20 How to write a filter
2024-07 4:25 How to build a purchase request
2024-08 1:48 How to change the owner of a record
2024-10 2:56 How to send a survey after a case closes
2024-12 3:37 How to merge duplicate contacts
2025-02 2:08 How to schedule a report
2025-03 5:02 How to plan shifts in Fernhill Flow
2025-05 1:40 How to find what changed
2025-07 3:28 How to use barcodes on the phone
2025-09 2:52 How to sign documents
2025-10 4:11 How to handle returns
2025-12 1:59 How to export everything
2026-01 3:45 How to set service levels
2026-03 2:26 How to hide fields from a role
2026-05 3:03 How to translate a form
2026-06 1:29 How to ask the assistant for a report
2026-08 4:38 How to model a budget
2026-10 2:14 How to tidy up old workflows
# Advanced techniques
2020-11 9:40 Conditional branches, properly
2022-01 12:05 The formula language from A to Z
2023-08 10:22 Webhooks and the API
2024-04 14:10 Designing a data model that lasts
2024-09 11:35 Sandboxes and releases
2025-01 8:48 Auditing who did what
2025-06 13:27 Migrating a department in a weekend
2025-11 9:15 Row-level permissions
2026-02 16:02 Large imports without tears
2026-05 10:50 Testing workflows before release
2026-09 12:44 Teaching the assistant your words
# Webinars
2020-01 38:20 Webinar: five processes to automate first
2020-06 41:15 Webinar: operations from home
2021-11 36:48 Webinar: closing the books in three days
2023-02 39:30 Webinar: what a service desk costs
2024-01 42:05 Webinar: plan the year backwards
2024-04 37:12 Webinar: approvals that auditors like
2024-07 34:55 Webinar: ask us anything, summer
2024-10 40:28 Webinar: from tickets to causes
2025-01 43:40 Webinar: budgets people keep
2025-04 35:22 Webinar: the first hundred days of an operations lead
2025-07 33:47 Webinar: ask us anything, again
2025-10 44:10 Webinar: assistants at work, without the hype
2026-01 38:59 Webinar: what 400 teams automated
2026-04 36:05 Webinar: measuring what matters
2026-06 41:52 Webinar: leaving spreadsheets
2026-09 39:18 Webinar: the quiet service desk
2026-11 37:33 Webinar: forecasting for people who dislike it
# Fernhill Summit
2019-10 28:14 Summit 2019 keynote
2021-10 31:50 Summit 2021 keynote
2023-10 33:25 Summit 2023 keynote
2024-10 34:42 Summit 2024 keynote
2024-10 22:18 Summit 2024: how Brightwater runs nine plants
2025-10 35:36 Summit 2025 keynote
2025-10 24:05 Summit 2025: the road ahead
2025-10 19:48 Summit 2025: a workflow from nothing, live
2026-10 36:20 Summit 2026 keynote
2026-10 21:33 Summit 2026: the road ahead
2026-10 18:57 Summit 2026: forecasting, live
# Customer stories
2020-02 2:48 Larkfield Dairy: from paper to Fernhill
2021-06 3:20 Brightwater: nine plants, one process
2023-04 2:33 Osprey Rail: repairs in half the time
2024-06 3:02 Juniper Clinics: fewer forms, more care
2024-12 2:27 Castell Foods: recalls in an hour
2025-05 3:44 The City of Maren: permits in days
2025-09 2:16 Tallis Books: returns that return
2026-03 2:59 Nordhavn Logistics: one view of 60 depots
2026-07 3:11 Arbor Credit Union: loans without the queue
2026-10 2:39 Pinewood Schools: one sign-up for everything
# Industry interviews
2022-03 17:25 What operations learned from aviation
2024-08 21:40 Running a hospital's back office
2025-03 18:12 The economics of waiting
2026-01 23:05 A union's view of automation
2026-08 19:34 Cheap software, dear processes
# Partner onboarding
2023-07 8:15 Welcome, partners
2023-09 12:30 How we sell together
2024-11 6:52 Registering a deal
2026-04 9:26 Your first customer workshop
# Partner certification
2023-10 26:40 Certification 1: discovery
2024-02 31:15 Certification 2: data models
2024-06 28:05 Certification 3: permissions
2025-08 29:50 Certification 4: integrations
"""
