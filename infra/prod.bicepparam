using 'main.bicep'

param environmentName = 'smplat-prod'
param location = 'eastus2'
param appEnvironment = 'production'
param frontendUrl = 'https://www.example.com'
param databasePassword = readEnvironmentVariable('DATABASE_PASSWORD')
param databaseSku = 'Standard_D4ds_v5'
param databaseStandby = true
param maximumInstances = 40
param privateNetworking = true
param alertEmail = 'operations@example.com'
// What the app uses. A value comes from the environment variable of that name; without one the vault keeps what it has.
param secretValues = {
  'checkout-api-key': readEnvironmentVariable('CHECKOUT_API_KEY', '')
  'operator-api-key': readEnvironmentVariable('OPERATOR_API_KEY', '')
  'admin-api-key': readEnvironmentVariable('ADMIN_API_KEY', '')
  'metrics-api-key': readEnvironmentVariable('METRICS_API_KEY', '')
  'smplat-link-secret': readEnvironmentVariable('SMPLAT_LINK_SECRET', '')
  'smplat-ops-session-secret': readEnvironmentVariable('SMPLAT_OPS_SESSION_SECRET', '')
  'auth-lockout-secret': readEnvironmentVariable('AUTH_LOCKOUT_SECRET', '')
  'mealme-api-key': readEnvironmentVariable('MEALME_API_KEY', '')
  'mealme-webhook-secret': readEnvironmentVariable('MEALME_WEBHOOK_SECRET', '')
  'instacart-api-key': readEnvironmentVariable('INSTACART_API_KEY', '')
  'kroger-client-id': readEnvironmentVariable('KROGER_CLIENT_ID', '')
  'kroger-client-secret': readEnvironmentVariable('KROGER_CLIENT_SECRET', '')
  'walmart-partner-id': readEnvironmentVariable('WALMART_PARTNER_ID', '')
  'walmart-api-key': readEnvironmentVariable('WALMART_API_KEY', '')
  'stripe-secret-key': readEnvironmentVariable('STRIPE_SECRET_KEY', '')
  'stripe-webhook-secret': readEnvironmentVariable('STRIPE_WEBHOOK_SECRET', '')
  'smtp-username': readEnvironmentVariable('SMTP_USERNAME', '')
  'smtp-password': readEnvironmentVariable('SMTP_PASSWORD', '')
  'payload-revalidate-secret': readEnvironmentVariable('PAYLOAD_REVALIDATE_SECRET', '')
}
param namesInVault = 'checkout-api-key,operator-api-key,admin-api-key,metrics-api-key,smplat-link-secret,smplat-ops-session-secret,auth-lockout-secret,mealme-api-key,mealme-webhook-secret,instacart-api-key,kroger-client-id,kroger-client-secret,walmart-partner-id,walmart-api-key,stripe-secret-key,stripe-webhook-secret,smtp-username,smtp-password,payload-revalidate-secret'
param settings = {
  LOOPGPT_ENABLE_KROGER: 'true'
  LOOPGPT_ENABLE_WALMART: 'true'
}
