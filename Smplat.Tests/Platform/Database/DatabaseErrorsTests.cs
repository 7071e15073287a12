using System.Net.Sockets;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Tests.Platform.Database;

public sealed class DatabaseErrorsTests
{
    [Test]
    public async Task A_temporary_outage_is_retried_up_to_three_times()
    {
        var attempts = 0;

        var result = await Sql.RetryAsync(
            _ => ++attempts < 3 ? throw new NpgsqlException("dropped", new SocketException()) : Task.FromResult("done"),
            TimeProvider.System,
            CancellationToken.None);

        Assert.That((result, attempts), Is.EqualTo(("done", 3)));
    }

    [Test]
    public void A_defect_is_not_retried()
    {
        var attempts = 0;

        Assert.That(
            async () => await Sql.RetryAsync<int>(
                _ =>
                {
                    attempts++;
                    throw new PostgresException("syntax", "ERROR", "ERROR", PostgresErrorCodes.SyntaxError);
                },
                TimeProvider.System,
                CancellationToken.None),
            Throws.TypeOf<PostgresException>());
        Assert.That(attempts, Is.EqualTo(1));
    }

    [TestCase(PostgresErrorCodes.AdminShutdown, true)]
    [TestCase(PostgresErrorCodes.TooManyConnections, true)]
    [TestCase(PostgresErrorCodes.QueryCanceled, true)]
    [TestCase(PostgresErrorCodes.UniqueViolation, false)]
    [TestCase(PostgresErrorCodes.UndefinedTable, false)]
    public void Outages_are_distinguished_from_defects(string sqlState, bool outage) =>
        Assert.That(DatabaseErrors.IsOutage(new PostgresException("x", "ERROR", "ERROR", sqlState)), Is.EqualTo(outage));
}
