using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Onboarding;

/// <summary>Tables <c>onboarding_journeys</c>, <c>onboarding_tasks</c> and <c>onboarding_artifacts</c>.</summary>
public sealed class JourneyStore(NpgsqlDataSource database)
{
    private const string JourneyColumns =
        """
        id, order_id, status, current_step, referral_code, context::text, progress_percentage, started_at, completed_at, updated_at
        """;

    private const string TaskColumns =
        "id, journey_id, slug, title, description, status, sort_order, due_at, completed_at, updated_at";

    private const string ArtifactColumns = "id, journey_id, task_id, label, url, required, received_at, created_at";

    private const string FindByOrder = $"select {JourneyColumns} from onboarding_journeys where order_id = @Id";

    private const string FindById = $"select {JourneyColumns} from onboarding_journeys where id = @Id";

    // The lock gives exclusive access to the journey until the commit.
    private const string LockByOrder = $"select {JourneyColumns} from onboarding_journeys where order_id = @Id for update";

    private const string LockById = $"select {JourneyColumns} from onboarding_journeys where id = @Id for update";

    private const string ListTasks =
        $"select {TaskColumns} from onboarding_tasks where journey_id = @Id order by sort_order, slug";

    private const string ListArtifacts =
        $"select {ArtifactColumns} from onboarding_artifacts where journey_id = @Id order by created_at, id";

    // One journey per order: of several concurrent callers one inserts it, and the others wait and find it.
    private const string Insert =
        """
        insert into onboarding_journeys (id, order_id, status, current_step, started_at, created_at, updated_at)
        values (@Id, @OrderId, 'active', @CurrentStep, @Now, @Now, @Now)
        on conflict (order_id) do nothing
        """;

    private const string InsertTask =
        """
        insert into onboarding_tasks (id, journey_id, slug, title, description, sort_order, due_at, created_at, updated_at)
        values (@Id, @JourneyId, @Slug, @Title, @Description, @SortOrder, @DueAt, @Now, @Now)
        """;

    private const string InsertArtifact =
        """
        insert into onboarding_artifacts (id, journey_id, task_id, label, url, required, received_at, created_at, updated_at)
        values (@Id, @JourneyId, @TaskId, @Label, @Url, @Required, @ReceivedAt, @CreatedAt, @CreatedAt)
        """;

    // Members that are not in the new context are unchanged.
    private const string MergeContext =
        """
        update onboarding_journeys
        set context = context || @Context::jsonb,
            referral_code = coalesce(nullif(@ReferralCode, ''), referral_code),
            updated_at = @Now
        where id = @Id
            and (context || @Context::jsonb <> context or coalesce(nullif(@ReferralCode, ''), referral_code) is distinct from referral_code)
        """;

    private const string KeepReferral =
        "update onboarding_journeys set referral_code = @ReferralCode, updated_at = @Now where id = @Id and referral_code is null";

    private const string Update =
        """
        update onboarding_journeys
        set status = @Status, current_step = @CurrentStep, progress_percentage = @ProgressPercentage,
            completed_at = @CompletedAt, updated_at = @UpdatedAt
        where id = @Id
        """;

    private const string UpdateTask =
        "update onboarding_tasks set status = @Status, completed_at = @CompletedAt, updated_at = @UpdatedAt where id = @Id";

    private const string UpdateArtifact =
        "update onboarding_artifacts set url = @Url, received_at = @ReceivedAt, updated_at = @Now where id = @Id";

    // Status and event change together. Journeys that another transaction has locked are left for the next run.
    private const string MarkStalled =
        """
        with stuck as (
            select j.id, j.order_id
            from onboarding_journeys j
            join orders o on o.id = j.order_id
            where j.status = 'active'
                and o.status = 'pending'
                and j.started_at <= @StartedBefore
                and not exists (select 1 from onboarding_tasks t where t.journey_id = j.id and t.status <> 'pending')
            order by j.started_at, j.id
            limit @Limit
            for update of j skip locked
        ),
        marked as (
            update onboarding_journeys
            set status = 'stalled', updated_at = @Now
            from stuck
            where onboarding_journeys.id = stuck.id
            returning onboarding_journeys.id, stuck.order_id
        )
        insert into onboarding_journey_events (
            id, journey_id, order_id, event_type, status_before, status_after, metadata, occurred_at)
        select gen_random_uuid(), id, order_id, 'task_status_changed', 'active', 'stalled',
            '{"auto_reason":"pending_order"}', @Now
        from marked
        """;

    public Task<Journey?> FindByOrderAsync(Guid orderId, CancellationToken cancellationToken) =>
        FindAsync(FindByOrder, orderId, cancellationToken);

    public Task<Journey?> FindAsync(Guid journeyId, CancellationToken cancellationToken) =>
        FindAsync(FindById, journeyId, cancellationToken);

    public Task<Journey?> LockByOrderAsync(Guid orderId, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        ReadAsync(transaction.Connection!, transaction, LockByOrder, orderId, cancellationToken);

    public Task<Journey?> LockAsync(Guid journeyId, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        ReadAsync(transaction.Connection!, transaction, LockById, journeyId, cancellationToken);

    /// <returns>False when the order has a journey already.</returns>
    public async Task<bool> InsertAsync(
        Guid journeyId, Guid orderId, DateTimeOffset now, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var connection = transaction.Connection!;
        var row = new { Id = journeyId, OrderId = orderId, CurrentStep = JourneyTemplate.Tasks[0].Slug, Now = now };
        if (await connection.ExecuteAsync(Sql.Command(Insert, row, cancellationToken, transaction)) == 0)
        {
            return false;
        }

        foreach (var task in JourneyTemplate.Tasks)
        {
            var taskId = Guid.CreateVersion7(now);
            await connection.ExecuteAsync(Sql.Command(
                InsertTask,
                new
                {
                    Id = taskId,
                    JourneyId = journeyId,
                    task.Slug,
                    task.Title,
                    task.Description,
                    task.SortOrder,
                    DueAt = now + task.DueAfter,
                    Now = now,
                },
                cancellationToken,
                transaction));
            if (task.Artifact is { } label)
            {
                var artifact = new JourneyArtifact
                {
                    Id = Guid.CreateVersion7(now),
                    JourneyId = journeyId,
                    TaskId = taskId,
                    Label = label,
                    Required = true,
                    CreatedAt = now,
                };
                await InsertArtifactAsync(artifact, transaction, cancellationToken);
            }
        }

        return true;
    }

    public Task InsertArtifactAsync(
        JourneyArtifact artifact, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        transaction.Connection!.ExecuteAsync(Sql.Command(InsertArtifact, artifact, cancellationToken, transaction));

    public Task MergeContextAsync(
        Guid journeyId, StartJourney start, DateTimeOffset now, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        transaction.Connection!.ExecuteAsync(Sql.Command(
            MergeContext,
            new { Id = journeyId, start.Context, start.ReferralCode, Now = now },
            cancellationToken,
            transaction));

    public Task KeepReferralAsync(
        Guid journeyId, string code, DateTimeOffset now, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        transaction.Connection!.ExecuteAsync(Sql.Command(
            KeepReferral, new { Id = journeyId, ReferralCode = code, Now = now }, cancellationToken, transaction));

    public Task UpdateAsync(Journey journey, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        transaction.Connection!.ExecuteAsync(Sql.Command(
            Update,
            new { journey.Id, journey.Status, journey.CurrentStep, journey.ProgressPercentage, journey.CompletedAt, journey.UpdatedAt },
            cancellationToken,
            transaction));

    public Task UpdateTaskAsync(JourneyTask task, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        transaction.Connection!.ExecuteAsync(Sql.Command(
            UpdateTask, new { task.Id, task.Status, task.CompletedAt, task.UpdatedAt }, cancellationToken, transaction));

    public Task UpdateArtifactAsync(
        JourneyArtifact artifact, DateTimeOffset now, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        transaction.Connection!.ExecuteAsync(Sql.Command(
            UpdateArtifact, new { artifact.Id, artifact.Url, artifact.ReceivedAt, Now = now }, cancellationToken, transaction));

    /// <summary>Marks journeys as stalled whose order is unpaid and whose checklist is untouched.</summary>
    /// <returns>How many were marked, at most <paramref name="limit"/>.</returns>
    public async Task<int> MarkStalledAsync(
        DateTimeOffset startedBefore, DateTimeOffset now, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteAsync(Sql.Command(
            MarkStalled, new { StartedBefore = startedBefore, Now = now, Limit = limit }, cancellationToken));
    }

    private async Task<Journey?> FindAsync(string statement, Guid id, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await ReadAsync(connection, null, statement, id, cancellationToken);
    }

    private static async Task<Journey?> ReadAsync(
        NpgsqlConnection connection, NpgsqlTransaction? transaction, string statement, Guid id, CancellationToken cancellationToken)
    {
        var journey = await connection.QuerySingleOrDefaultAsync<Journey>(Sql.Command(
            statement, new { Id = id }, cancellationToken, transaction));
        if (journey is null)
        {
            return null;
        }

        var tasks = await connection.QueryAsync<JourneyTask>(Sql.Command(
            ListTasks, new { journey.Id }, cancellationToken, transaction));
        var artifacts = await connection.QueryAsync<JourneyArtifact>(Sql.Command(
            ListArtifacts, new { journey.Id }, cancellationToken, transaction));
        return journey with { Tasks = tasks.AsList(), Artifacts = artifacts.AsList() };
    }
}
