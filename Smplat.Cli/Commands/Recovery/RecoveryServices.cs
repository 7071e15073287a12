using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Billing;
using Smplat.Core.Checkout;
using Smplat.Core.Digests;
using Smplat.Core.Operators;
using Smplat.Core.Orders;
using Smplat.Core.Payments;

namespace Smplat.Cli.Commands.Recovery;

/// <summary>The features that recovery and digests work with.</summary>
internal static class RecoveryServices
{
    public static ServiceProvider Create(ParseResult parsed) =>
        CliServices.Create(parsed, services => services.AddOrders().AddPayments().AddCheckout().AddBilling().AddDigests().AddRecoveryRepair());
}
